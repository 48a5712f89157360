import { countLog, sshFigures, SshResult, sshTable } from "../../tools/bench/sshReport";

const LOG = [
    "Connection from 192.0.2.1 port 40000 on 192.0.2.2 port 22",
    "Accepted publickey for deploy from 192.0.2.1 port 40000 ssh2: ED25519 SHA256:abc",
    "error: beginning MaxStartups throttling",
    "drop connection #10 from [192.0.2.1]:40001 on [192.0.2.2]:22 past MaxStartups",
    "drop connection #11 from [192.0.2.1]:40002 on [192.0.2.2]:22 past MaxStartups",
    "exited MaxStartups throttling after 00:00:01, 2 connections dropped",
    "Accepted publickey for deploy from 192.0.2.1 port 40003 ssh2: ED25519 SHA256:abc",
    "error: no more sessions",
    "",
].join("\n");

const result: SshResult = {
    server: "stock",
    shared: false,
    parallel: 64,
    waits: false,
    ms: 12_345.6,
    running: 58,
    succeeded: false,
    logins: 40,
    dropped: 2,
    refused: 0,
};

test("the server's log is counted", () => {
    expect(countLog(LOG)).toEqual({ logins: 2, dropped: 2, refused: 1 });
    expect(countLog("")).toEqual({ logins: 0, dropped: 0, refused: 0 });
});

test("the table says how many containers ran, and that an update failed", () => {
    const whole = { ...result, parallel: undefined, shared: true, waits: true, running: 60, succeeded: true };
    const [, , ...rows] = sshTable([result, whole], 60).split("\n");
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
        ["stock", "own", "64", "containers", "12.3 s", "40", "2", "0", "58 of 60, failed"],
        ["stock", "one, shared", "default", "containers, waits", "12.3 s", "40", "2", "0", "60 of 60"],
    ]);
});

test("the file holds whole milliseconds, and null for the engine's own parallelism", () => {
    expect(sshFigures([{ ...result, parallel: undefined }], 60)).toEqual({
        containers: 60,
        rows: [{ ...result, parallel: null, ms: 12_346 }],
    });
});
