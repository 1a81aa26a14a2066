"""The services of compose.yaml as processes of this machine: same commands, settings and health checks, no containers.

What a container would give is played: its name becomes a port of 127.0.0.1, its database the server of the tests.
"""

import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from delphi.config import ROOT
from tests.deploy.far_client import NAME, FarClient

DEPLOY = ROOT / "deploy"
PATIENCE_SECONDS = 120


def free_port() -> int:
    """Below the ports that the system hands out by itself: nobody else gets it before its server starts."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as door, suppress(OSError):
            door.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def written_certificate(folder: Path) -> None:
    """The two files that nginx reads, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(made.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


@dataclass
class Containers:
    """What runs, by service. `env_file` and `database_url` stand for deploy/delphi.env and the service `database`."""

    folder: Path
    env_file: dict[str, str]
    database_url: str
    services: dict[str, Any]
    stack: ExitStack
    running: dict[str, list["subprocess.Popen[bytes]"]] = field(default_factory=dict)
    web_ports: list[int] = field(default_factory=list)
    https_port: int = 0

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """The image's settings, then those of env_file, then those of the service: the order of Compose."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DELPHI_")}
        path = f"{Path(sys.executable).parent}:{kept['PATH']}"
        own = dict(self.services[service]["environment"])
        assert own["DELPHI_DATABASE_URL"] == "postgresql+psycopg://delphi:${DELPHI_DATABASE_PASSWORD}@database/delphi"
        own |= {"DELPHI_DATABASE_URL": self.database_url, "DELPHI_INSTANCE": str(self.folder)}
        return {**kept, "PATH": path, **self.env_file, **own, **more}

    def command(self, *arguments: str, typed: str = "") -> str:
        """`docker compose exec worker python -m delphi ...`: what it printed."""
        return self._done("worker", ["python", "-m", "delphi", *arguments], typed=typed)

    def migrate(self) -> str:
        return self._done("migrate", self.services["migrate"]["command"])

    def start_web(self) -> None:
        """One more container of the service `web`, with the command of the image."""
        port = free_port()
        words = re.findall(r'"([^"]*)"', re.findall(r"^CMD \[(.*)\]$", text_of("Dockerfile"), re.M)[0])
        self._start("web", words, DELPHI_BIND=f"127.0.0.1:{port}")
        self.web_ports.append(port)

    def start_worker(self) -> None:
        self._start("worker", self.services["worker"]["command"])

    def start_front(self, nginx: str) -> None:
        """nginx with its file: names of services and folders of the container replaced, the rest as it is."""
        self.https_port, http_port = free_port(), free_port()
        written_certificate(self.folder)
        replaced = {
            "listen 80;": f"listen 127.0.0.1:{http_port};",
            "listen 443 ssl;": f"listen 127.0.0.1:{self.https_port} ssl;",
            "listen [::]:80;": "",
            "listen [::]:443 ssl;": "",
            "/etc/ssl/delphi": str(self.folder),
            "/var/log/nginx": str(self.folder),
            "http://web:8000": "http://web",
        }
        site = text_of("nginx.compose.conf")
        for old, new in replaced.items():
            assert old in site, old
            site = site.replace(old, new)
        site = re.sub(r"^ *resolver .*$", "", site, flags=re.M)
        servers = " ".join(f"server 127.0.0.1:{port};" for port in self.web_ports)
        places = "".join(
            f"{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        whole = self.folder / "nginx.conf"
        whole.write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}\npid {self.folder}/pid;\nerror_log stderr;\ndaemon off;\n"
            f"events {{}}\nhttp {{\n{places}upstream web {{ {servers} }}\n{site}\n}}\n"
        )
        self._run("front", [nginx, "-c", str(whole)], dict(os.environ))

    def wait_until_healthy(self) -> None:
        """Each web container's own health check, again and again until it says yes."""
        test = self.services["web"]["healthcheck"]["test"]
        assert test[0] == "CMD"
        deadline = time.monotonic() + PATIENCE_SECONDS
        for port in self.web_ports:
            asked = self.environment("web", DELPHI_BIND=f"127.0.0.1:{port}")
            while subprocess.run(test[1:], cwd=ROOT, env=asked, check=False).returncode != 0:
                assert time.monotonic() < deadline, self.said("web")
                assert all(process.poll() is None for process in self.running["web"]), self.said("web")

    def visitor(self) -> FarClient:
        trusted = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        return FarClient(self.https_port, trusted=trusted)

    def kill(self, service: str) -> None:
        """The first container of a service, as the kernel would: no chance to tidy up."""
        process = self.running[service].pop(0)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def said(self, service: str) -> str:
        return (self.folder / f"{service}.out").read_text(errors="replace")

    def _done(self, service: str, words: list[str], *, typed: str = "") -> str:
        done = subprocess.run(
            words, cwd=ROOT, env=self.environment(service), input=typed, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _start(self, service: str, words: list[str], **more: str) -> None:
        self._run(service, words, self.environment(service, **more))

    def _run(self, service: str, words: list[str], environment: dict[str, str]) -> None:
        output = self.stack.enter_context((self.folder / f"{service}.out").open("ab"))
        process = subprocess.Popen(
            words, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        self.running.setdefault(service, []).append(process)
        self.stack.callback(_ended, process)


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def services_of_compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    found: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))["services"]
    return found


def _ended(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
