import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net, { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { endOrphans, engineOf } from "../../tools/recovery/orphans";
import { parseListening } from "../../tools/recovery/processes";

const ROOT = "/srv/berth";
const NODE = "/usr/bin/node";

test.each([
    ["docker's plugin", ["/p/pulumi-resource-docker", "127.0.0.1:4711"], 4711],
    ["our own", [NODE, "/srv/berth/providers/bin/pulumi-resource-berth", "127.0.0.1:4711"], 4711],
    ["the language host", ["/p/pulumi-language-nodejs", "--typescript=true", "127.0.0.1:4711"], 4711],
    [
        "the program",
        [
            NODE,
            "/srv/berth/node_modules/@pulumi/pulumi/cmd/run/index.js",
            "--monitor",
            "127.0.0.1:4711",
            "--",
            ".",
        ],
        4711,
    ],
    ["the engine itself", ["/p/pulumi", "up", "--stack", "dev"], undefined],
    ["a plugin that somebody started by hand", ["/p/pulumi-resource-docker"], undefined],
    ["what only talks of a plugin", ["vi", "x", "pulumi-resource-docker", "127.0.0.1:4711"], undefined],
] as const)("%s", (_, args, engine) => {
    expect(engineOf({ pid: 1, args, folder: ROOT }, ROOT)).toBe(engine);
});

test("another project's plugins are not looked at", () => {
    const args = ["/p/pulumi-resource-docker", "127.0.0.1:4711"];
    expect(engineOf({ pid: 1, args, folder: "/srv/berth-two" }, ROOT)).toBeUndefined();
    expect(engineOf({ pid: 1, args, folder: "/srv/berth/samples" }, ROOT)).toBe(4711);
});

test("listening ports are read from the kernel's tables, both of them", () => {
    const four = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1267 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 36186 1
   1: 0100007F:1267 0100007F:9C4A 01 00000000:00000000 00:00000000 00000000     0        0 36187 1
   2: 0100007F:9C4A 0100007F:1267 01 00000000:00000000 00:00000000 00000000     0        0 36188 1
`;
    const six = `  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
`;
    expect(parseListening(four)).toEqual([0x1267]);
    expect(parseListening(six)).toEqual([22]);
});

test("what has lost its engine is ended, what has one is not", async () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "berth-orphans-"));
    const engine = net.createServer();
    await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
    const { port } = engine.address() as AddressInfo;
    const plugin = path.join(root, "pulumi-resource-docker");
    fs.symlinkSync("/bin/sh", plugin);
    const start = (address: number) =>
        // A shell that waits, and that has a plugin's name and arguments.
        spawn(plugin, ["-c", "read _", `127.0.0.1:${address}`], {
            cwd: root,
            stdio: ["pipe", "ignore", "ignore"],
        });
    const living = start(port);
    const orphan = start(1);
    const said: string[] = [];
    const ended = once(orphan, "exit");
    try {
        await Promise.all([once(living, "spawn"), once(orphan, "spawn")]);
        expect(await endOrphans((text) => said.push(text), root)).toBe(1);
        expect(await ended).toEqual([null, "SIGKILL"]);
        expect(living.exitCode ?? living.signalCode).toBeNull();
        expect(said).toEqual(["  ✓ ended a process of a run that is gone"]);
        expect(await endOrphans((text) => said.push(text), root)).toBe(0);
        expect(said).toHaveLength(1);
    } finally {
        living.kill("SIGKILL");
        engine.close();
        fs.rmSync(root, { recursive: true });
    }
});
