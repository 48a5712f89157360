import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireDevice } from "../../../rehearsal/stage/addresses";
import { explainPort } from "../../../rehearsal/stage/ports";
import { run } from "../../../tools/commands/rehearse";

describe("a port that is taken", () => {
    const taken = Object.assign(new Error("listen EADDRINUSE"), {
        code: "EADDRINUSE",
        port: 443,
        address: "172.30.0.201",
    });

    it.each([
        [
            { program: "nginx", pid: 7 },
            "Port 443 of 172.30.0.201 is taken by nginx (process 7).\n  → End it, and run this again.",
        ],
        [undefined, "Port 443 of 172.30.0.201 is taken by another program.\n  → End it, and run this again."],
        [
            // Ending it by hand would leave the container with a port that leads nowhere.
            { program: "docker-proxy", pid: 7 },
            "Port 443 of 172.30.0.201 is taken by a container that publishes it.\n" +
                "  → Stop it, and run this again: docker ps --filter publish=443",
        ],
    ])("is told with who has it: %j", (listener, words) => {
        expect(() => explainPort(taken, () => listener)).toThrow(new Error(words));
    });

    it("is the only trouble that is told so", () => {
        const other = new Error("the disk is full");
        expect(() => explainPort(other)).toThrow(other);
    });
});

it("names the engine where its bridges are on another machine", () => {
    const devices = mkdtempSync(join(tmpdir(), "berth-test-devices-"));
    try {
        mkdirSync(join(devices, "br-0123456789ab"));
        requireDevice("br-0123456789ab", devices);
        expect(() => requireDevice("br-ba9876543210", devices)).toThrow(
            "The Docker engine's bridges are not on this machine: it is Docker Desktop, or runs without root.",
        );
    } finally {
        rmSync(devices, { recursive: true });
    }
});

it.each([
    [["--act", ""], "--act names no act."],
    [["--act", ","], "--act names no act."],
    [["--act", "urls,picnic"], "There is no act picnic."],
    [["--keep", "--act", "urls,gone"], "After the act gone there is nothing to keep."],
])("refuses %j before it touches anything", async (args, words) => {
    await expect(run(args)).rejects.toThrow(words);
});
