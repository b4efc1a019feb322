"""operations: a job as AIP-151 wants it."""

from dataclasses import replace

import pytest
from google.longrunning.operations_pb2 import Operation
from google.protobuf.struct_pb2 import Struct
from google.rpc import error_details_pb2
from monshin_kit.errors import InvalidInput
from monshin_kit.jobs import Failure, Job, Progress, State
from monshin_kit.jobs.operations import operation_name, parse_name, to_operation

JOB = Job(
    id="06615623ba0427662135259001767c86",
    kind="ann.build",
    state=State.RUNNING,
    spec="{}",
    owner="",
    parent="",
    attempt=1,
    checkpoint_done=-1,
    created_s=1.0,
    started_s=2.0,
    finished_s=0.0,
    progress=Progress(2, 2.0, State.RUNNING, 1),
)


def test_a_name_leads_back_to_the_job() -> None:
    assert operation_name("ann", JOB.id) == f"ann/jobs/{JOB.id}"
    assert parse_name("ann", operation_name("ann", JOB.id)) == JOB.id


@pytest.mark.parametrize("name", ["", "ann/jobs/1", f"unlearn/jobs/{JOB.id}", f"ann/jobs/{JOB.id}/x", "患者太郎"])
def test_a_name_of_another_service_or_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_name("ann", name)
    assert not name or name not in caught.value.message


@pytest.mark.parametrize("state", list(State))
def test_an_operation_is_done_when_its_job_has_ended(state: State) -> None:
    operation = to_operation("ann", replace(JOB, state=state, failure=Failure("INTERNAL", "INTERNAL", "error 1")))
    assert operation.done == state.is_final
    assert (operation.WhichOneof("result") is not None) == state.is_final  # exactly one of error and response


def test_progress_and_result_are_the_services_own_messages() -> None:
    progress, result = Struct(), Struct()
    progress["done"], result["segments"] = 3, 2
    operation = to_operation("ann", replace(JOB, state=State.SUCCEEDED), metadata=progress, response=result)
    read = Operation.FromString(operation.SerializeToString())
    found = Struct()
    assert read.metadata.Unpack(found)
    assert found["done"] == 3
    assert read.response.Unpack(found)
    assert found["segments"] == 2


def test_a_failure_is_a_status_with_a_word_for_programs() -> None:
    failed = replace(JOB, state=State.FAILED, failure=Failure("DATA_LOSS", "DAMAGED", "an artefact is gone"))
    error = to_operation("ann", failed).error
    info = error_details_pb2.ErrorInfo()
    assert (error.code, error.message) == (15, "an artefact is gone")
    assert error.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("DAMAGED", "monshin")


def test_a_cancelled_job_is_an_operation_with_the_code_cancelled() -> None:
    assert to_operation("ann", replace(JOB, state=State.CANCELLED)).error.code == 1
