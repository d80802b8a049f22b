import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mixsuite.processes import ALONE, Processes, joined

CPU = torch.device("cpu")


@given(st.integers(0, 50), st.integers(1, 9))
def test_parts_cover_all_items_in_order_and_are_equal_but_for_one(n, count):
    parts = [list(range(n))[Processes(rank, count).part(n)] for rank in range(count)]
    assert [item for part in parts for item in part] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_one_process_keeps_everything():
    values = torch.arange(5)
    assert values[ALONE.part(5)].tolist() == values.tolist()
    assert ALONE.gather(values, 5) is values
    assert ALONE.total(values) is values


@pytest.mark.parametrize("variable", [{}, {"WORLD_SIZE": "1", "RANK": "0"}])
def test_without_others_nobody_is_waited_for(monkeypatch, variable):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    with joined(CPU) as processes:
        assert processes is ALONE
    assert not torch.distributed.is_initialized()


@pytest.mark.parametrize("count", [2, 3])
def test_processes_exchange_tensors(in_processes, count):
    rows = torch.arange(14).view(7, 2)

    def exchange(processes):
        part = processes.part(7)
        gathered = [processes.gather(rows[part].to(kind), 7) for kind in (torch.uint8, torch.int64, torch.float32)]
        few = processes.gather(rows[:1][processes.part(1)], 1)
        own = torch.tensor([processes.rank + 1.0, 0.5])
        return gathered, few, processes.total(own), own, (processes.rank, processes.count)

    for rank, (gathered, few, total, own, who) in enumerate(in_processes(count, exchange)):
        assert [kind.tolist() for kind in gathered] == [rows.tolist()] * 3
        assert [tensor.dtype for tensor in gathered] == [torch.uint8, torch.int64, torch.float32]
        assert few.tolist() == [[0, 1]]
        assert total.tolist() == [count * (count + 1) / 2, count / 2]
        assert own.tolist() == [rank + 1.0, 0.5]
        assert who == (rank, count)
