import itertools

import numpy as np
import pytest

from mixsuite.mixing import joint_labels as module
from mixsuite.mixing.joint_labels import JointProblem, joint_labels

BETA, GAMMA, TAU = 0.32, 1.0, 0.83


def random_problem(seed, n_parts=2, n_images=20, n=4, hard=True, threshold=TAU, weight=0.001):
    """Return a problem of random saliency with Co-Mixup's constants, and a random start."""
    rng = np.random.default_rng(seed)
    saliency = rng.random((n_parts, n_images, n, n)) ** 2
    saliency /= saliency.sum((2, 3), keepdims=True)
    prior = rng.dirichlet(np.full(n_images, 2.0), n_parts)[:, :, None, None]
    distance = rng.integers(0, 20, (n_parts, n_images, n_images)).astype(float)
    distance = distance + np.swapaxes(distance, 1, 2)
    distance *= n_images / distance.sum((1, 2), keepdims=True)
    problem = JointProblem(
        cost=-saliency - 0.05 / n**2 * np.log(prior),
        compatibility=(1 - weight) * np.eye(n_images) + weight * distance,
        smoothness=BETA / n**2,
        diversity=GAMMA / n**2,
        threshold=threshold * n**2,
        hard=hard,
    )
    return problem, rng.integers(n_images, size=(n_parts, n_images, n, n))


def objective(problem, shown, part):
    """Return Kim et al.'s (2021) objective of one part with thresholded overlaps, written out output by output."""
    n_images, n = shown.shape[2:4]
    shares = np.zeros((n_images, n_images, n, n))
    for half, output, row, column in np.ndindex(2, n_images, n, n):
        shares[output, shown[half, part, output, row, column], row, column] += 0.5
    total = (shares * problem.cost[part]).sum()
    total += problem.smoothness / 2 * (np.diff(shares, axis=2) ** 2).sum()
    total += problem.smoothness / 2 * (np.diff(shares, axis=3) ** 2).sum()
    counts = shares.sum((2, 3))
    for output in range(n_images):
        others = sum(counts[other] for other in range(n_images) if other != output)
        for image in range(n_images):
            overlap = problem.compatibility[part, image] @ others
            if overlap > problem.threshold:
                beyond = overlap if problem.hard else overlap - problem.threshold
                total += problem.diversity * beyond * counts[output, image]
    return total


def twice(labels):
    return np.stack([labels, labels])


@pytest.mark.parametrize("hard", [True, False])
@pytest.mark.parametrize("n", [2, 4, 8])
def test_is_no_worse_than_greedy_or_the_best_of_many_random_choices(n, hard):
    problem, start = random_problem(n, n_images=10, n=n, hard=hard)
    shown = joint_labels(problem, start, 4, True)
    rng = np.random.default_rng(1)
    for part in range(2):
        found = objective(problem, shown, part)
        greedy = np.broadcast_to(problem.cost.argmin(1)[:, None], start.shape)
        assert found < objective(problem, twice(greedy), part)
        assert found < objective(problem, twice(start), part)
        randoms = (twice(rng.integers(10, size=start.shape)) for _ in range(50))
        assert found < min(objective(problem, each, part) for each in randoms)


def test_tiny_problems_are_solved_nearly_as_well_as_by_trying_all():
    excess, spread = [], []
    for seed in range(30):
        problem, start = random_problem(seed, n_parts=1, n_images=2, n=2)
        found = objective(problem, joint_labels(problem, start, 4, False), 0)
        choices = (np.array(labels).reshape(1, 2, 2, 2) for labels in itertools.product(range(2), repeat=8))
        all_objectives = [objective(problem, twice(labels), 0) for labels in choices]
        excess.append(found - min(all_objectives))
        spread.append(max(all_objectives) - min(all_objectives))
    # Blends, which are not among those tried, may even be better.
    assert np.mean(excess) < 0.1 * np.mean(spread)
    assert np.mean(np.array(excess) < 0.02 * np.array(spread)) > 0.5


def literal_rounds(problem, start, iterations):
    """Choose output after output by trying every labelling, without blends, as Kim et al. (2021) do."""
    labels, n_images = start.copy(), start.shape[1]
    n_labels, n = n_images, start.shape[2]
    tried = np.array(list(itertools.product(range(n_labels), repeat=n * n))).reshape(-1, n, n)
    unequal = (np.diff(tried, axis=1) != 0).sum((1, 2)) + (np.diff(tried, axis=2) != 0).sum((1, 2))
    for _ in range(iterations):
        for part, output in itertools.product(range(len(start)), range(n_images)):
            others = np.array([(np.delete(labels[part], output, 0) == image).sum() for image in range(n_images)])
            overlap = problem.compatibility[part] @ others
            price = 2 * problem.diversity * overlap * (overlap > problem.threshold)
            cost = problem.cost[part] + price[:, None, None]
            sums = sum(cost[tried[:, i, j], i, j] for i in range(n) for j in range(n)) + problem.smoothness * unequal
            labels[part, output] = tried[sums.argmin()]
    return labels


def test_one_round_is_the_algorithm_written_out():
    problem, start = random_problem(0, n_parts=25, n_images=4, n=2)
    shown = joint_labels(problem, start, 1, True)
    assert np.array_equal(*shown)
    expected = literal_rounds(problem, start, 1)
    same = (shown[0] == expected).all(axis=(1, 2, 3))
    # An output that expansion moves leave at another minimum changes those after it.
    assert same.mean() > 0.9


def test_parts_do_not_know_of_each_other():
    problem, start = random_problem(3, n_parts=3, n_images=8)
    together = joint_labels(problem, start, 3, True)
    for part in range(3):
        alone = JointProblem(
            **{
                **vars(problem),
                "cost": problem.cost[part : part + 1],
                "compatibility": problem.compatibility[part : part + 1],
            }
        )
        assert np.array_equal(joint_labels(alone, start[part : part + 1], 3, True)[:, 0], together[:, part])


def test_blends_are_of_images_that_the_output_shows():
    problem, start = random_problem(4)
    first, second = joint_labels(problem, start, 4, True)
    assert 0.02 < (first != second).mean() < 0.6
    assert np.array_equal(*joint_labels(problem, start, 1, True))


def test_pairs_are_of_the_three_images_with_most_blocks():
    counts = np.array([[0, 5, 1, 10, 0], [16, 0, 0, 0, 0], [3, 3, 0, 3, 7], [0, 0, 8, 0, 8]])
    none = [-1, -1]
    expected = [[[3, 1], [3, 2], [1, 2]], [none] * 3, [[4, 0], [4, 1], [0, 1]], [[2, 4], none, none]]
    assert module._blends(counts).tolist() == expected
    assert module._blends(np.array([[4.0]])).shape == (1, 0, 2)
    assert module._blends(np.array([[1.0, 3.0]])).tolist() == [[[1, 0]]]


def test_distances_are_those_of_the_released_code():
    distances = module._distances(np.array([[[0, 2], [-1, -1]], [[0, 1], [1, 2]]]), 3)
    quarter = 0.25
    assert distances[0].tolist() == [
        [0, 1, 1, quarter, 1], [1, 0, 1, 1, 1], [1, 1, 0, quarter, 1], [quarter, 1, quarter, 0, 1], [1, 1, 1, 1, 0],
    ]  # fmt: skip
    assert distances[1][3:].tolist() == [[quarter, quarter, 1, 0, 1], [1, quarter, quarter, 1, 0]]


@pytest.mark.parametrize("hard", [True, False])
def test_penalties_by_hand(hard):
    problem = JointProblem(
        cost=np.zeros((1, 3, 2, 2)),
        compatibility=np.array([[[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]]]),
        smoothness=0.0,
        diversity=0.25,
        threshold=3.0,
        hard=hard,
    )
    # Overlaps 5, 4 and 3; only what is above the threshold counts.
    expected = [2.5, 2.0, 0.0] if hard else [1.0, 0.5, 0.0]
    assert problem.penalties(np.array([[4.0, 2.0, 3.0]])).tolist() == [expected]


def test_equal_outputs_are_to_avoid_one_image_each():
    used = np.array([[[1, 0, 1, 1], [1, 0, 1, 1], [0, 0, 1, 0], [0, 0, 1, 0]]], dtype=bool)
    expected = np.zeros((1, 4, 4))
    expected[0, 0, 0] = expected[0, 1, 2] = 1
    assert np.array_equal(module._resolving_costs(used), expected)


def test_resolving_leaves_fewer_outputs_of_the_same_images():
    # Strong smoothness and two images make the outputs of a part alike.
    def n_equal(resolve):
        equal = 0
        for seed in range(40):
            problem, start = random_problem(seed, n_parts=1, n_images=3, n=2, threshold=10.0)
            shown = joint_labels(problem, start, 4, resolve)
            sets = [frozenset(np.unique(shown[:, 0, output])) for output in range(3)]
            equal += sum(one == other and len(one) > 1 for one, other in itertools.combinations(sets, 2))
        return equal

    assert n_equal(True) < 0.8 * n_equal(False)


def two_images(left, right):
    """Return a problem of two images and 2 x 2 blocks; left, right: what image 1 costs there more than image 0."""
    more = np.broadcast_to([left, right], (2, 2))
    return JointProblem(
        cost=np.stack([np.zeros((2, 2)), more])[None],
        compatibility=np.eye(2)[None],
        smoothness=0.0,
        diversity=0.25,
        threshold=100.0,
        hard=True,
    )


def test_an_image_that_an_output_is_to_avoid_gets_dearer():
    problem, start = two_images(0.1, -0.1), np.zeros((1, 2, 2, 2), dtype=int)
    halves = np.broadcast_to([0, 1], (2, 1, 2, 2, 2))
    assert np.array_equal(joint_labels(problem, start, 2, False), halves)
    # Both outputs would consist of images 0 and 1: the first is to avoid image 0, and the second image 1.
    resolved = joint_labels(problem, start, 2, True)
    assert (resolved[:, :, 0] == 1).all()
    assert (resolved[:, :, 1] == 0).all()


@pytest.mark.parametrize(("difference", "blended"), [(0.0008, True), (0.0012, False)])
def test_a_blend_is_cheaper_than_the_mean_of_its_images(difference, blended):
    """By 0.0005: a blend with an image that costs 0.0008 more is cheaper than the other image alone, by 0.0001."""
    problem = two_images(difference, -difference)
    first, second = joint_labels(problem, np.zeros((1, 2, 2, 2), dtype=int), 2, False)
    assert (first != second).all() if blended else (first == second).all()


@pytest.mark.parametrize("n_images", [1, 2])
def test_parts_of_one_or_two_images(n_images):
    problem, start = random_problem(0, n_parts=2, n_images=n_images)
    shown = joint_labels(problem, start, 4, True)
    assert shown.shape == (2, *start.shape)
    assert shown.max() <= n_images - 1
    assert shown.min() == 0
