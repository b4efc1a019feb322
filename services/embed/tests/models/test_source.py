"""Models by id: the hub over real HTTP from a server in the test, and what is said when it does not answer."""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from monshin_embed.models import source
from monshin_embed.models.folder import ModelFolder
from monshin_embed.testing import write_tiny_bert
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition

COMMIT = "5a" * 20
CARD = "---\nlicense:\n- llama3.1\n- gemma\n---\n"

# The hub's address is read when its library is imported, so each case is a process of its own.
FIND = """
import sys
from pathlib import Path
from monshin_embed.models import source
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import MonshinError
try:
    found = source.find(sys.argv[1], sys.argv[2], Artefacts(Path("cache")))
    print(found.id, found.revision, found.resource_name, found.weights_sha256, found.licence)
    print(*sorted(str(p.relative_to(found.folder.path)) for p in found.folder.path.rglob("*") if p.is_file()))
except MonshinError as error:
    print(error.code, error.message)
"""


@contextmanager
def hub(files: dict[str, bytes]) -> Iterator[str]:
    """The two routes of the hub that a download takes; the repository is `kasys/tiny` at one commit."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            path = self.path.split("?")[0]
            name = path.removeprefix(f"/kasys/tiny/resolve/{COMMIT}/")
            if path.startswith("/api/models/kasys/tiny/revision/main"):
                listing = [{"rfilename": file} for file in files]
                body = json.dumps({"id": "kasys/tiny", "sha": COMMIT, "siblings": listing}).encode()
            elif path.startswith(f"/api/models/kasys/tiny/tree/{COMMIT}"):
                tree = [{"type": "file", "path": f, "size": len(c), "oid": "0" * 40} for f, c in files.items()]
                body = json.dumps(tree).encode()
            elif name in files:
                body = files[name]
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def find(identifier: str, endpoint: str, home: Path, revision: str = "main") -> list[str]:
    env = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HOME": str(home), "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", FIND, identifier, revision]
    done = subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()


def repository(folder: Path) -> dict[str, bytes]:
    write_tiny_bert(folder)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    extra = {"pytorch_model.bin": b"pickle", "onnx/model.onnx": b"other", "modeling.py": b"code"}
    return {**files, **extra, "README.md": CARD.encode()}


def test_a_hub_model_comes_with_commit_licence_and_hash_and_without_pickles_or_code(tmp_path: Path) -> None:
    files = repository(tmp_path / "repository")
    with hub(files) as endpoint:
        told, stored = find("kasys/tiny", endpoint, tmp_path)
    weights = hashlib.sha256(files["model.safetensors"]).hexdigest()
    assert told == f"kasys/tiny {COMMIT} models/tiny {weights} llama3.1+gemma"
    assert set(stored.split()) == set(files) - {"pytorch_model.bin", "onnx/model.onnx", "modeling.py"}


def test_a_model_loaded_once_is_found_again_without_the_hub(tmp_path: Path) -> None:
    with hub(repository(tmp_path / "repository")) as endpoint:
        online = find("kasys/tiny", endpoint, tmp_path)
    assert find("kasys/tiny", endpoint, tmp_path) == online


def test_when_the_hub_does_not_answer_the_error_says_what_to_do(tmp_path: Path) -> None:
    (said,) = find("kasys/jmed-me5-v0.1", "http://127.0.0.1:9", tmp_path)
    assert said == (
        "UNAVAILABLE model 'kasys/jmed-me5-v0.1' is not in the local hub cache and the hub does not answer: "
        "load it once with network, or name a local folder in MONSHIN_EMBED_MODEL"
    )


def test_a_model_that_the_hub_does_not_know_is_named(tmp_path: Path) -> None:
    with hub({}) as endpoint:
        (said,) = find("kasys/absent", endpoint, tmp_path)
    assert said.startswith("FAILED_PRECONDITION model 'kasys/absent' at revision 'main' cannot be downloaded")


@pytest.mark.parametrize("identifier", ["/no/such/folder", "./nothing", "~/nothing"])
def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path, identifier: str) -> None:
    with pytest.raises(FailedPrecondition, match="there is no folder"):
        source.find(identifier, "main", Artefacts(tmp_path))


def test_a_word_that_is_neither_folder_nor_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="neither a folder here nor the form of a hub id"):
        source.find("two words/and/more", "main", Artefacts(tmp_path))


@pytest.mark.parametrize(
    ("identifier", "name"),
    [("kasys/jmed-me5-v0.1", "models/jmed-me5-v0.1"), ("医療 model", "models/model"), ("._x", "models/x")],
)
def test_a_model_is_named_by_the_last_part_of_its_id(tiny_bert: Path, identifier: str, name: str) -> None:
    assert source.Source(identifier, "local", ModelFolder(tiny_bert), "0" * 64, "mit").resource_name == name
