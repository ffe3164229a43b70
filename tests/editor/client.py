"""Talks to a language server over its standard streams: what an editor would ask, and what it would show."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CURSOR = "‸"
_PATIENCE = 60  # seconds for one answer

# What an editor says it can do, and what its user has set.
_CAPABILITIES = {
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
    "workspace": {"configuration": True},
}
_SETTINGS = {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}}


class LanguageServer:
    """A running server. Each question opens a document of its own under a folder that need not exist."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.answers: dict[int, Any] = {}
        self.findings: dict[str, list[Any]] = {}
        self.inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()
        root = folder.as_uri()
        self.ask("initialize", {"processId": None, "rootUri": root, "capabilities": _CAPABILITIES})
        self._say("initialized", {})
        self._say("workspace/didChangeConfiguration", {"settings": {"yaml": _SETTINGS}})

    def close(self) -> None:
        self.ask("shutdown", None)
        self._say("exit", None)
        self.process.wait(_PATIENCE)

    def completions(self, text: str) -> dict[str, Any]:
        """What is offered where `CURSOR` stands, by label."""
        found = self.ask("textDocument/completion", self._at_cursor(text))
        return {item["label"]: item for item in found["items"]}

    def hover(self, text: str) -> str:
        """What is shown over the place where `CURSOR` stands."""
        found = self.ask("textDocument/hover", self._at_cursor(text))
        return "" if found is None else found["contents"]["value"]

    def diagnostics(self, text: str) -> list[tuple[str, str]]:
        """The mistakes that are marked: the marked text and the message."""
        uri = self._open(text)
        while uri not in self.findings:
            self._take()
        lines = text.splitlines()
        found: list[tuple[str, str]] = []
        for one in self.findings[uri]:
            start, end = one["range"]["start"], one["range"]["end"]
            stop = end["character"] if end["line"] == start["line"] else None
            found.append((lines[start["line"]][start["character"] : stop], one["message"]))
        return found

    def ask(self, method: str, params: Any) -> Any:
        self.count += 1
        number = self.count
        self._send({"id": number, "method": method, "params": params})
        while number not in self.answers:
            self._take()
        answer = self.answers.pop(number)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _at_cursor(self, text: str) -> dict[str, Any]:
        before, cursor, after = text.partition(CURSOR)
        assert cursor, "no place is marked"
        line = before.count("\n")
        place = {"line": line, "character": len(before) - (before.rfind("\n") + 1)}
        return {"textDocument": {"uri": self._open(before + after)}, "position": place}

    def _open(self, text: str) -> str:
        self.count += 1
        uri = (self.folder / f"net{self.count}.yaml").as_uri()
        self._say(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}},
        )
        return uri

    def _say(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _take(self) -> None:
        """Handles one message of the server: an answer, findings, or a question of its own."""
        message = self.inbox.get(timeout=_PATIENCE)
        assert message is not None, "the server has ended"
        method = message.get("method")
        if method == "textDocument/publishDiagnostics":
            self.findings[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif method == "workspace/configuration":
            wanted = [one.get("section") for one in message["params"]["items"]]
            self._send({"id": message["id"], "result": [_SETTINGS if one == "yaml" else {} for one in wanted]})
        elif method and "id" in message:
            self._send({"id": message["id"], "result": None})
        elif method is None:
            self.answers[message["id"]] = message

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                self.inbox.put(None)
                return
            self.inbox.put(json.loads(stream.read(length)))
