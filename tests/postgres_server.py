"""A real PostgreSQL server in a temporary directory, that a test may stop, kill and start again."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg

LOG_PREFIX = "%a:"
"""Each line of the server's log begins with who asked: our own queries are those of `creditfile`."""


class PostgresServer:
    """One server: `owner` is its superuser, and everybody proves himself by a password."""

    def __init__(self):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        assert found, "PostgreSQL is missing: apt-get install postgresql"
        self._programs = found[-1].parent
        self._home = Path(tempfile.mkdtemp(prefix="creditfile-postgres-"))
        self._data, self.log = str(self._home / "data"), self._home / "log"
        (self._home / "password").write_text("owner")
        if os.geteuid() == 0:
            for path in (self._home, self._home / "password"):
                shutil.chown(path, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._run(
            *("initdb", "-D", self._data, "-U", "owner", "--no-sync", "-E", "UTF8", "--locale=C"),
            *("--auth=scram-sha-256", f"--pwfile={self._home / 'password'}"),
        )
        self.start()

    @property
    def owner_login(self):
        return f"host=127.0.0.1 port={self.port} user=owner password=owner dbname=postgres"

    def start(self):
        stated = f"-c max_connections=20 -c log_statement=all -c log_line_prefix={LOG_PREFIX}"
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._home} -c fsync=off {stated}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.log), "-o", options, "start")

    def stop(self, mode="immediate"):
        if Path(self._data, "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def remove(self):
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def asked(self):
        """Return what our program has asked the server so far."""
        return [line for line in self.log.read_text("utf-8").splitlines() if line.startswith("creditfile:")]

    @contextmanager
    def emptied(self, password):
        """Connect as the owner to a database without a table, with a login `reader` that may do nothing yet."""
        with psycopg.connect(self.owner_login, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            connection.execute("DROP ROLE IF EXISTS reader")
            connection.execute(f"CREATE ROLE reader LOGIN PASSWORD '{password}'")
            connection.execute("GRANT USAGE ON SCHEMA public TO reader")
            yield connection

    def _run(self, program, *arguments):
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*prefix, str(self._programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
