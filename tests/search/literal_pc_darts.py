"""PC-DARTS' supernet word by word: a loop over edges and operations, as equations 2 and 3 and the code have it.

Slow, and the reference of `mixsuite.search.supernet`, whose weights `copy_weights` takes over.
"""

import torch
from torch import nn

from mixsuite.models.cell_operations import FactorizedReduce, build_operation, relu_convolution_norm
from mixsuite.models.genotype import OPERATIONS


class LiteralMixed(nn.Module):
    """Σ_o w_o o(first 1/K of the channels), beside the other channels; then the channels are shuffled."""

    def __init__(self, channels, partial, stride):
        super().__init__()
        self.read, self.partial, self.stride = channels // partial, partial, stride
        self.operations = nn.ModuleDict()
        for name in OPERATIONS[1:]:
            operation = build_operation(name, self.read, stride, affine=False)
            if "pool" in name:
                operation = nn.Sequential(operation, nn.BatchNorm2d(self.read, affine=False))
            self.operations[name] = operation

    def forward(self, hidden, weights):
        """Return what the edge carries."""
        read, rest = hidden[:, : self.read], hidden[:, self.read :]
        mixed = 0
        for weight, name in zip(weights, OPERATIONS, strict=True):
            out = (read[:, :, :: self.stride, :: self.stride] * 0) if name == "none" else self.operations[name](read)
            mixed = mixed + weight * out
        if self.partial == 1:
            return mixed
        if self.stride == 2:
            rest = nn.functional.max_pool2d(rest, 2, 2)
        joined = torch.cat([mixed, rest], dim=1)
        batch, channels, height, width = joined.shape
        groups = joined.view(batch, self.partial, channels // self.partial, height, width)
        return groups.transpose(1, 2).contiguous().view(batch, -1, height, width)


class LiteralCell(nn.Module):
    """Each node is Σ_j β_j · mixed_j(state_j)."""

    def __init__(self, previous, channels, partial, n_nodes, reduces):
        super().__init__()
        before, self.reducing = reduces
        first = FactorizedReduce if before else relu_convolution_norm
        self.inputs = nn.ModuleList(
            [first(previous[0], channels, False), relu_convolution_norm(previous[1], channels, False)]
        )
        self.n_nodes = n_nodes
        self.edges = nn.ModuleList(
            LiteralMixed(channels, partial, 2 if self.reducing and source < 2 else 1)
            for node in range(n_nodes)
            for source in range(2 + node)
        )

    def forward(self, earlier, last, operation_weights, edge_weights):
        """Return the concatenated nodes."""
        states = [self.inputs[0](earlier), self.inputs[1](last)]
        place = 0
        for _ in range(self.n_nodes):
            total = 0
            for state in states:
                total = total + edge_weights[place] * self.edges[place](state, operation_weights[place])
                place += 1
            states.append(total)
        return torch.cat(states[2:], dim=1)


class LiteralSupernet(nn.Module):
    """The network around the literal cells."""

    def __init__(self, n_classes, in_channels, channels, cells, nodes, partial):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, 3 * channels, 3, padding=1, bias=False), nn.BatchNorm2d(3 * channels)
        )
        previous, before = (3 * channels, 3 * channels), False
        self.cells = nn.ModuleList()
        for place in range(cells):
            now = place in (cells // 3, 2 * cells // 3)
            channels *= 2 if now else 1
            self.cells.append(LiteralCell(previous, channels, partial, nodes, (before, now)))
            previous, before = (previous[1], nodes * channels), now
        self.classifier = nn.Linear(previous[1], n_classes)

    def forward(self, images, architecture):
        """Return the logits."""
        earlier = last = self.stem(images)
        for cell in self.cells:
            kind = "reduce" if cell.reducing else "normal"
            weights = architecture.operation_weights(kind), architecture.edge_weights(kind)
            earlier, last = last, cell(earlier, last, *weights)
        return self.classifier(last.mean(dim=(2, 3)))


@torch.no_grad()
def copy_weights(fused, literal):
    """Give the `literal` supernet the weights of the `fused` one."""
    for name in ("stem", "classifier"):
        getattr(literal, name).load_state_dict(getattr(fused, name).state_dict())
    for mine, theirs in zip(fused.cells, literal.cells, strict=True):
        copy_cell(mine, theirs)


@torch.no_grad()
def copy_cell(fused, literal):
    """Give the `literal` cell the weights of the `fused` one."""
    literal.inputs.load_state_dict(fused.inputs.state_dict())
    place = 0
    for node in range(literal.n_nodes):
        for source in range(2 + node):
            edges = fused.mixed[source]
            number = node - max(0, source - 1)
            for name, weight in edge_weights_of(edges, number).items():
                convolutions = [
                    part for part in literal.edges[place].operations[name].modules() if isinstance(part, nn.Conv2d)
                ]
                assert len(convolutions) == len(weight)
                for convolution, own in zip(convolutions, weight, strict=True):
                    convolution.weight.copy_(own)
            place += 1


def edge_weights_of(edges, number):
    """Return, by operation, the convolutions' weights of the edge `number` of a fused `edges`, in their order."""
    own = slice(number * edges.channels, (number + 1) * edges.channels)
    weights = {
        name: [layer.weight[own] for pair in zip(part.depthwise, part.pointwise, strict=True) for layer in pair]
        for name, part in edges.convolutions.items()
    }
    if edges.reduce is not None:
        half = edges.channels // 2
        own = slice(number * half, (number + 1) * half)
        weights["skip_connect"] = [edges.reduce.even.weight[own], edges.reduce.odd.weight[own]]
    return weights
