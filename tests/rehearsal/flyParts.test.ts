import { milliseconds } from "../../rehearsal/fly/duration";
import { split } from "../../rehearsal/fly/exec";
import { partsOf } from "../../rehearsal/fly/images";
import { freeAddress } from "../../rehearsal/fly/networks";
import { Queues } from "../../rehearsal/fly/queues";
import { restartPauseMs, restarts } from "../../rehearsal/fly/restarts";
import { Machine } from "../../rehearsal/fly/state";
import { MachineConfig } from "../../rehearsal/fly/wire";

describe("Go's durations", () => {
    it.each([
        ["15s", 15_000],
        ["1m30s", 90_000],
        ["1.5h", 5_400_000],
        ["250ms", 250],
        ["10µs", 0.01],
        ["0", 0],
        [2_000_000_000, 2000],
        ["", undefined],
        ["15", undefined],
        ["soon", undefined],
        ["1s2", undefined],
    ])("%j is %j ms", (duration, ms) => {
        expect(milliseconds(duration)).toBe(ms);
    });
});

describe("a command line", () => {
    it.each([
        ["  npm run   migrate ", ["npm", "run", "migrate"]],
        [`sh -c "echo 'a b' $X"`, ["sh", "-c", "echo 'a b' $X"]],
        [`psql -c 'select "id"'`, ["psql", "-c", 'select "id"']],
        [`a\\ b "c \\"d\\""e`, ["a b", 'c "d"e']],
        [`set ""`, ["set", ""]],
        ["", []],
    ])("%s has the words %j", (line, words) => {
        expect(split(line)).toEqual(words);
    });
});

describe("a reference to an image", () => {
    it.each([
        ["postgres:16", { registry: "registry-1.docker.io", repository: "library/postgres", tag: "16" }],
        ["flyio/hello", { registry: "registry-1.docker.io", repository: "flyio/hello", tag: "latest" }],
        ["registry.fly.io/shop:v7", { registry: "registry.fly.io", repository: "shop", tag: "v7" }],
        ["127.0.0.1:5000/a/b", { registry: "127.0.0.1:5000", repository: "a/b", tag: "latest" }],
        ["ghcr.io/a/b@sha256:12", { registry: "ghcr.io", repository: "a/b", tag: undefined }],
        ["ghcr.io/a/b:1@sha256:12", { registry: "ghcr.io", repository: "a/b", tag: "1" }],
    ])("%s has parts", (reference, parts) => {
        expect(partsOf(reference)).toEqual(parts);
    });
});

describe("a restart policy", () => {
    const now = 10_000_000;

    function decides(config: MachineConfig, code: number, restartsMs: number[] = []): boolean {
        return restarts({ config, restartsMs } as unknown as Machine, code, now);
    }

    it("is on-failure where none is told, and none for what goes when it is done", () => {
        expect(decides({}, 1)).toBe(true);
        expect(decides({}, 0)).toBe(false);
        expect(decides({ auto_destroy: true }, 1)).toBe(false);
        expect(decides({ restart: { policy: "no" } }, 1)).toBe(false);
        expect(decides({ restart: { policy: "always" } }, 0)).toBe(true);
    });

    it("counts the restarts of five minutes, ten where no number is told", () => {
        const recent = (count: number) => Array.from({ length: count }, () => now - 1000);
        expect(decides({}, 1, recent(9))).toBe(true);
        expect(decides({}, 1, recent(10))).toBe(false);
        expect(decides({}, 1, [...recent(9), now - 300_000])).toBe(true);
        expect(decides({ restart: { policy: "on-failure", max_retries: 1 } }, 1, recent(1))).toBe(false);
        expect(decides({ restart: { policy: "always", max_retries: 1 } }, 1, recent(20))).toBe(true);
    });

    it("waits longer each time, up to five seconds", () => {
        const pauses = [1, 2, 3, 20].map((count) =>
            restartPauseMs({ restartsMs: Array<number>(count).fill(0) }),
        );
        expect(pauses).toEqual([100, 200, 400, 5000]);
    });
});

describe("addresses on a bridge", () => {
    it("are the first that nobody has, over the ends of bytes", () => {
        const bridge = { name: "b", gateway: 172 * 2 ** 24 + 18 * 2 ** 16 + 254 };
        const first = freeAddress(bridge, new Set());
        expect(first).toBe("172.18.0.255");
        expect(freeAddress(bridge, new Set([first]))).toBe("172.18.1.0");
    });
});

describe("queues", () => {
    it("do one after the other of a key, whatever came of it, and keys side by side", async () => {
        const queues = new Queues();
        const done: string[] = [];
        let open: () => void = () => undefined;
        const gate = new Promise<void>((resolve) => (open = resolve));
        const first = queues.run("a", async () => {
            await gate;
            done.push("a1");
            throw new Error("of a1");
        });
        const second = queues.run("a", () => Promise.resolve(done.push("a2")));
        await queues.run("b", () => Promise.resolve(done.push("b1")));
        expect(done).toEqual(["b1"]);
        open();
        await expect(first).rejects.toThrow("of a1");
        await second;
        await queues.idle();
        expect(done).toEqual(["b1", "a1", "a2"]);
    });
});
