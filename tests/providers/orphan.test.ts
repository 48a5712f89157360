import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startOf } from "../../tools/recovery/processes";

const PROVIDER = join(__dirname, "../../providers/bin/pulumi-resource-berth");

/** Starts the provider as the engine does, in a group of its own, and tells its process id and its first line. */
const ENGINE = `
const { spawn } = require("node:child_process");
const child = spawn(process.argv[1], ["127.0.0.1:1"], {
    detached: true,
    stdio: [process.argv[2], "pipe", "inherit"],
});
child.stdout.on("data", (port) => console.log(child.pid, Number(port)));
`;

it.each([
    ["by the pipe that the engine holds", "pipe"],
    ["by its parent, where there is no pipe", "ignore"],
])(
    "ends when the engine is killed: %s",
    async (_, stdin) => {
        const engine = spawn(process.execPath, ["-e", ENGINE, PROVIDER, stdin], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        const [line] = (await once(createInterface(engine.stdout), "line")) as [string];
        const [pid = 0, port] = line.split(" ").map(Number);
        expect(port).toBeGreaterThan(0);
        expect(startOf(pid)).not.toBe("gone");
        engine.kill("SIGKILL");
        await once(engine, "exit");
        while (startOf(pid) !== "gone") {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    },
    30_000,
);
