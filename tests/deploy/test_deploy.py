"""What deploy/ holds fits the program: files are read by the tools they are for, settings and commands exist."""

import gc
import re
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from gunicorn.util import load_class
from gunicorn.workers.gthread import ThreadWorker

from delphi.cli import COMMANDS
from delphi.config import ROOT, Settings

DEPLOY = ROOT / "deploy"
UNITS = ("delphi-web.service", "delphi-worker@.service", "delphi-backup.service", "delphi-backup.timer")
OF_GUNICORN = {"DELPHI_WEB_PROCESSES", "DELPHI_BIND"}
OF_COMPOSE = {"DELPHI_DATABASE_PASSWORD"}


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["delphi.env.example", "compose.yaml", "Dockerfile", "healthy.py"])
def test_every_setting_that_is_named_exists(name: str) -> None:
    known = {f"DELPHI_{field.name.upper()}" for field in fields(Settings)} | OF_GUNICORN | OF_COMPOSE
    named = set(re.findall(r"DELPHI_[A-Z_]+", text_of(name)))
    assert named and named <= known


@pytest.mark.parametrize("name", [*UNITS, "compose.yaml"])
def test_every_command_that_is_run_exists(name: str) -> None:
    known = {command.name for command in COMMANDS}
    found = re.findall(r'-m"?,? "?delphi"?,? "?([a-z]+)', text_of(name))
    assert set(found) <= known
    assert found or name in ("delphi-web.service", "delphi-backup.timer")


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed")
    for name in UNITS:
        # Programs and folders of the units are there on the server only.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text_of(name), flags=re.MULTILINE)
        (tmp_path / name).write_text(text)
    units = [str(tmp_path / name.replace("@.", "@1.")) for name in UNITS]
    shutil.copy(tmp_path / "delphi-worker@.service", tmp_path / "delphi-worker@1.service")
    done = subprocess.run([tool, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "delphi-" in line]
    assert ours == []


def test_nginx_understands_its_file(tmp_path: Path) -> None:
    tool = shutil.which("nginx")
    if tool is None:
        pytest.skip("nginx is not installed")
    site = text_of("nginx.conf").replace("listen 443 ssl", "listen 8443").replace("listen [::]:443 ssl", "listen 8444")
    site = re.sub(r"^ *ssl_certificate.*$", "", site, flags=re.MULTILINE).replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n{site}\n}}\n")
    done = subprocess.run([tool, "-t", "-c", str(whole)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nginx_takes_as_much_as_the_program_and_hides_links() -> None:
    from delphi.application import MAX_BODY_BYTES

    for name in ("nginx.conf", "nginx.compose.conf"):
        text = text_of(name)
        assert f"client_max_body_size {MAX_BODY_BYTES // 1024**2}m;" in text
        assert "$request_uri $status" not in text and "$request " not in text


def test_no_address_with_a_secret_is_written_to_a_log_of_nginx(app: Flask) -> None:
    secret = {str(rule).partition("<token>")[0] for rule in app.url_map.iter_rules() if "<token>" in str(rule)}
    assert len(secret) == 4
    for name in ("nginx.conf", "nginx.compose.conf"):
        hidden = dict(re.findall(r"^ *~\^(/[a-z/]+/) +(\S+);", text_of(name), flags=re.MULTILINE))
        assert hidden == {start: f"{start}-" for start in secret}
        servers = text_of(name).split("\nserver {")[1:]
        assert len(servers) == 2
        for server in servers:
            assert re.findall(r"error_log \S+ (\w+);", server) == ["crit"]
            assert re.findall(r"access_log \S+ (\w+);", server) == ["delphi"]


def test_compose_file_has_its_services() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    assert set(services) == {"database", "migrate", "web", "worker", "front"}
    assert services["web"]["environment"] == services["worker"]["environment"]
    assert "ports" not in services["web"] and "ports" not in services["database"]


def test_the_backups_of_the_containers_are_made_by_a_pg_dump_as_new_as_the_server() -> None:
    client = {"bookworm": 15, "trixie": 17}[re.findall(r"^FROM python:\S+-slim-(\w+)$", text_of("Dockerfile"), re.M)[0]]
    server = int(re.findall(r"image: postgres:(\d+)$", text_of("compose.yaml"), re.M)[0])
    assert server <= client


def test_no_secret_of_the_machine_gets_into_the_image() -> None:
    left_out = text_of("Dockerfile.dockerignore").splitlines()
    assert {"instance", "deploy/delphi.env", "deploy/certificates", ".git", ".venv"} <= set(left_out)
    needed = {"delphi", "surveys", "analysis", "templates", "requirements", "deploy"}
    assert not needed & set(left_out)


def test_every_file_the_containers_mount_or_build_from_is_there() -> None:
    yaml = pytest.importorskip("yaml")
    services = yaml.safe_load(text_of("compose.yaml"))["services"]
    mounted = {one.split(":")[0] for one in services["front"]["volumes"]} - {"./certificates"}
    assert mounted and all((DEPLOY / one).is_file() for one in mounted)
    assert {one["build"]["dockerfile"] for one in services.values() if "build" in one} == {"deploy/Dockerfile"}
    for line in re.findall(r"^COPY (\S+) ", text_of("Dockerfile"), re.M):
        assert (ROOT / line).exists()
    started = {name for name, one in services.items() for name in one.get("depends_on", [])}
    assert started <= set(services)


def test_gunicorn_makes_connections_after_the_fork() -> None:
    config: dict[str, Any] = {}
    try:
        exec(text_of("gunicorn.conf.py"), config)  # noqa: S102
        assert not gc.isenabled()
    finally:
        gc.enable()
    gc.disable()
    config["on_starting"](None)
    assert gc.isenabled()
    assert issubclass(load_class(config["worker_class"]), ThreadWorker) and config["preload_app"] is True
    assert callable(config["post_fork"])
    assert int(str(config["timeout"])) > 20


def test_the_command_of_the_server_has_the_settings_of_the_services(tmp_path: Path) -> None:
    (tmp_path / "delphi.env").write_text(text_of("delphi.env.example").replace("/var/lib/delphi", str(tmp_path)))
    script = text_of("delphi").replace("/opt/delphi/.venv/bin/python", sys.executable).replace("/opt/delphi", str(ROOT))
    script = script.replace("/etc/delphi/delphi.env", str(tmp_path / "delphi.env"))
    # There is no user of that name here.
    script, changed = re.subn(r"setpriv .*\\\n +env ", "env ", script)
    assert changed == 1
    shown = subprocess.run(["sh", "-c", script, "delphi", "mail"], cwd="/", capture_output=True, text=True, check=True)
    assert "Sender: Delphi <delphi@example.org>" in shown.stdout
    assert "mail.example.org:587" in shown.stdout and "PASSWORD" not in shown.stdout
