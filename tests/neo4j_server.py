"""A real Neo4j Community server to test against: fetched by Maven, started on free loopback ports, stopped or killed.

    python -m tests.neo4j_server 5.26.30        # runs until Ctrl-C; prints its addresses and password

Neo4j is GPL: it is used here as a server to talk to, never shipped. It needs Maven, and Java 17 (5.x) or 21 (2026.x).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

VERSIONS = ("5.26.30", "2026.08.1")
VARIABLE = "GRAPHMEM_TEST_NEO4J"
"""The environment variable that names the version to test against."""

PASSWORD = "for-tests-only"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "graphmem-neo4j"
START_SECONDS = 600

_MAIN = {5: "org.neo4j.server.CommunityEntryPoint", 2026: "org.neo4j.server.Neo4jCommunity"}
_JAVA = {5: 17, 2026: 21}
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>graphmem</groupId><artifactId>neo4j</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>
<dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{version}</version></dependency>
<dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{version}</version></dependency>
<dependency><groupId>org.neo4j.client</groupId><artifactId>neo4j-browser</artifactId><version>5.24.0</version></dependency>
</dependencies></project>
"""
_JVM = [
    *("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"),
    *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in ("java.nio", "java.io", "sun.nio.ch")),
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
]
_SETTINGS = """server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.https.enabled=false
server.memory.pagecache.size=128m
dbms.security.auth_enabled=true
dbms.security.auth_max_failed_attempts=0
dbms.usage_report.enabled=false
client.allow_telemetry=false
dbms.cypher.min_replan_interval=10m
internal.server.bolt.thread_pool_shutdown_wait_time=0s
dbms.security.http_static_content_security_policy_header={policy}
"""
_POLICY = (  # Browser asks for nothing outside this machine
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: "
    "http://127.0.0.1:* http://localhost:* ws://127.0.0.1:* ws://localhost:*"
)
_SETTINGS_2026 = "server.fleet_discovery.enabled=false\ndbms.fleet_manager.enabled=false\n"


class Unavailable(Exception):
    """This machine cannot run the server; the message says what is missing."""


class Server:
    """One server with a home of its own under `folder`; `extra` settings are lines of neo4j.conf."""

    def __init__(self, version: str, folder: Path, extra: str = "") -> None:
        self.version = version
        self.home = folder
        self._series = int(version.split(".")[0])
        self._java = _java(_JAVA[self._series])
        self._libraries = _libraries(version)
        self.bolt_port, self.http_port = _free_port(), _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._configure(extra)

    @property
    def uri(self) -> str:
        """With the user's name, without a password: that is in `PASSWORD`."""
        return f"bolt://neo4j@127.0.0.1:{self.bolt_port}"

    @property
    def browser(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/browser/"

    def _configure(self, extra: str) -> None:
        for name in ("conf", "data", "logs", "plugins", "import", "run", "lib"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        settings = _SETTINGS.format(bolt=self.bolt_port, http=self.http_port, policy=_POLICY)
        settings += _SETTINGS_2026 if self._series >= 2026 else ""
        (self.home / "conf/neo4j.conf").write_text(settings + extra)
        self.admin("dbms", "set-initial-password", PASSWORD)

    def admin(self, *arguments: str, cwd: Path | None = None) -> None:
        """Run `neo4j-admin` for this server, which must not be running."""
        done = subprocess.run(
            [*self._command("org.neo4j.cli.AdminTool"), *arguments],
            env={**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")},
            capture_output=True,
            text=True,
            cwd=cwd,
        )
        if done.returncode:
            raise RuntimeError(f"neo4j-admin {' '.join(arguments[:3])}: {done.stdout[-2000:]} {done.stderr[-2000:]}")

    def _command(self, main: str) -> list[str]:
        return [self._java, *_JVM, "-cp", f"{self._libraries}/*", main]

    def start(self) -> None:
        """Start it, and wait until it answers."""
        arguments = [f"--home-dir={self.home}", f"--config-dir={self.home}/conf"]
        with (self.home / "logs/console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(_MAIN[self._series]), *arguments], stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = (self.home / "logs/console.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"Neo4j {self.version} did not start:\n{tail}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Whether Bolt shakes hands: the port is open before the database is."""
        try:
            with closing(socket.create_connection(("127.0.0.1", self.bolt_port), timeout=2)) as connection:
                connection.sendall(bytes.fromhex("6060b017") + bytes.fromhex("00040405") + bytes(12))
                return len(connection.recv(4)) == 4
        except OSError:
            return False

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def cpu_seconds(self) -> float:
        """Of the processors, that it has taken since it was started."""
        assert self._process
        told = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """As `kill -9`: no word of farewell, nothing flushed."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process and self.alive:
            self._process.send_signal(how)
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


@contextmanager
def running(version: str = VERSIONS[0], extra: str = "") -> Iterator[Server]:
    """A started server that is stopped, and whose files are removed, at the end."""
    with tempfile.TemporaryDirectory(prefix="neo4j-", ignore_cleanup_errors=True) as folder:
        server = Server(version, Path(folder), extra)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _java(least: int) -> str:
    """A Java of at least this version: JAVA_HOME's, the path's, or one that the system keeps elsewhere."""
    homes = [Path(os.environ["JAVA_HOME"])] if "JAVA_HOME" in os.environ else []
    homes += [Path(found).resolve().parent.parent for found in [shutil.which("java")] if found]
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for java in (home / "bin/java" for home in homes):
        if java.exists() and _version_of(java) >= least:
            return str(java)
    raise Unavailable(f"no Java {least} or newer: install one, or set JAVA_HOME")


def _version_of(java: Path) -> int:
    said = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _libraries(version: str) -> Path:
    """The folder with the server's jars, fetched at the first call."""
    folder = CACHE / version
    if folder.exists():
        return folder
    if not shutil.which("mvn"):
        raise Unavailable("Maven (mvn) is not installed")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        (Path(work) / "pom.xml").write_text(_POM.format(version=version))
        copy = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"]
        fetched = subprocess.run(copy, cwd=work, capture_output=True, text=True)
        if fetched.returncode:
            raise Unavailable(f"Maven could not fetch Neo4j {version}: {fetched.stdout[-500:]}")
        (Path(work) / "jars").rename(folder)
    return folder


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with suppress(KeyboardInterrupt), running(*sys.argv[1:]) as started:
        print(f"{started.uri}  NEO4J_PASSWORD={PASSWORD}  {started.browser}", flush=True)
        signal.pause()
