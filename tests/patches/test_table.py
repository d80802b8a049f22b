from mixsuite.patches.table import write_table


def test_numbers_keep_their_digits_and_none_is_empty(tmp_path):
    path = tmp_path / "folder" / "table.csv"
    write_table(path, ("a", "b"), [{"a": 0.1 + 0.2, "b": None}, {"a": 1, "b": "x"}])
    assert path.read_text() == "a,b\n0.30000000000000004,\n1,x\n"
