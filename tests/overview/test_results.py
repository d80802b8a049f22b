from mixsuite.catalog import paths
from mixsuite.overview.results import artefact_results
from mixsuite.steps import STEPS, script


def test_every_kind_of_run_has_a_program_and_every_program_keeps_a_record():
    assert STEPS.keys() == {*paths.OUTPUTS, "sweep"}
    writers = {
        "train_classifier": "write_run(",
        "search_architecture": "write_search(",
        "score_images": "write_scores(",
        "select_subset": "write_subset(",
        "estimate_cscores": "write_estimate(",
        "make_adversarial": "write_adversarial_set(",
        "make_stand_in_set": "write_",
    }
    for kind, (step, _) in STEPS.items():
        assert writers.get(step, "write_record(") in script(step).read_text(encoding="utf-8"), kind


def test_results_come_after_those_that_they_need(results):
    before = set()
    for result in results.values():
        assert {need.identity for need in result.needs} <= before
        before.add(result.identity)


def test_a_landscape_knows_its_training_and_dataset(first):
    landscape, training = first("landscape"), first("landscape").needs[0]
    assert landscape.dataset == training.dataset == "digits"
    assert landscape.training == training.run.specification
    assert first("descent").dataset is None
    assert first("descent").training is None


def test_an_artefact_s_sweeps_are_results_too(catalog):
    sweeps = artefact_results(catalog, catalog.built["oh2024_phase"])
    assert {result.run.specification["method"] for result in sweeps.values()} == {"erm", "cutout", "cutmix"}
    assert all(result.record.endswith(f"/{result.run.specification['method']}.json") for result in sweeps.values())


def test_the_code_of_a_training_depends_on_its_method_network_and_kind_of_dataset_alone(results):
    trainings = [result for result in results.values() if result.run.kind == "training"]
    by_method = {}
    for result in trainings:
        specification = result.run.specification
        key = specification["recipe"]["method"], specification["model"]["family"], "subset" in specification["dataset"]
        by_method.setdefault(key, set()).add(result.code)
    assert all(len(codes) == 1 for codes in by_method.values())
    assert len({code for codes in by_method.values() for code in codes}) == len(by_method)
