import { spawn } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readlinkSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ACTS, chosenActs } from "../../../rehearsal/day/acts";
import { Belongings } from "../../../rehearsal/stage/belongings";
import { endNotedGroup, noteGroup } from "../../../rehearsal/stage/group";
import { environmentOf } from "../../../rehearsal/stage/isolation";
import { makePulumiHome } from "../../../rehearsal/stage/pulumiHome";
import { checkOffer, checkRoom, NEEDS, Offer, Room } from "../../../rehearsal/stage/requirements";

describe("the variables of a rehearsal's commands", () => {
    it("are its own and a few of the machine, no token and no proxy among them", () => {
        const machine = {
            PATH: "/bin",
            LANG: "C.UTF-8",
            HOME: "/home/someone",
            HCLOUD_TOKEN: "real",
            CLOUDFLARE_API_TOKEN: "real",
            FLY_API_TOKEN: "real",
            FLY_ACCESS_TOKEN: "real",
            PULUMI_ACCESS_TOKEN: "real",
            PULUMI_CONFIG_PASSPHRASE: "real",
            AWS_SECRET_ACCESS_KEY: "real",
            HTTPS_PROXY: "http://proxy.example",
            NODE_OPTIONS: "--require /somewhere",
        };
        expect(environmentOf(machine, { HOME: "/rehearsal", FLY_API_TOKEN: "rehearsal" })).toEqual({
            PATH: "/bin",
            LANG: "C.UTF-8",
            HOME: "/rehearsal",
            FLY_API_TOKEN: "rehearsal",
            NO_COLOR: "1",
        });
    });
});

describe("what a machine has to have", () => {
    const good: Offer = { platform: "linux", root: true, missing: [] };
    const enough: Room = { freeMemoryMb: NEEDS.memoryMb, freeDiskMb: NEEDS.diskMb };

    it("is enough when it is exactly what is needed", () => {
        expect([checkOffer(good), checkRoom(enough)]).toEqual([[], []]);
    });

    it("is told at once, with how much is needed and what to do", () => {
        const poor = [
            ...checkOffer({ platform: "darwin", root: false, missing: ["unshare"] }),
            ...checkRoom({ freeMemoryMb: 900, freeDiskMb: 100 }),
        ];
        expect(poor.map(({ path, message, fix }) => `${path} ${message} → ${fix ?? ""}`)).toEqual([
            "system darwin has no network namespaces: a rehearsal takes a Linux machine → Use a virtual machine, or let CI do it: docs/rehearsal.md",
            'user is not root: servers get firewalls, disks and addresses of their own → npm run setup, as yourself; then this command behind sudo env "PATH=$PATH" "HOME=$HOME"',
            "unshare is not installed → apt install util-linux",
            `memory 900 MB are free, ${NEEDS.memoryMb} MB are needed → End what else runs, or rehearse fewer systems`,
            `disk 100 MB are free, ${NEEDS.diskMb} MB are needed → Free some, or point BERTH_CACHE at a bigger disk`,
        ]);
    });
});

describe("the Pulumi home of a rehearsal", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "berth-test-home-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("has the CLI and the plugins of docker and random, and none of a cloud's", () => {
        const [from, to] = [join(folder, "from"), join(folder, "to")];
        for (const plugin of [
            "docker-v5.2.0",
            "random-v4.21.2",
            "hcloud-v1.41.0",
            "cloudflare-v6.22.1",
            "docker-build-v1.0.0",
        ]) {
            mkdirSync(join(from, "plugins", `resource-${plugin}`), { recursive: true });
        }
        writeFileSync(join(from, "plugins", "resource-docker-v5.2.0.lock"), "");
        mkdirSync(join(from, "versions"));
        writeFileSync(join(from, "credentials.json"), "{}");
        mkdirSync(to);
        writeFileSync(join(to, "left"), "by another");
        makePulumiHome(to, from);
        expect(readdirSync(to).sort()).toEqual(["plugins", "versions"]);
        expect(readdirSync(join(to, "plugins")).sort()).toEqual([
            "resource-docker-v5.2.0",
            "resource-random-v4.21.2",
        ]);
        expect(readlinkSync(join(to, "versions"))).toBe(join(from, "versions"));
        expect(existsSync(join(from, "credentials.json"))).toBe(true);
    });
});

describe("what a rehearsal has made", () => {
    it("ends the last first, whatever goes wrong with one", async () => {
        const ended: string[] = [];
        const belongings = new Belongings();
        belongings.add(() => ended.push("first"));
        belongings.add(() => Promise.reject(new Error("the second does not end")));
        belongings.own({ stop: () => ended.push("third") });
        await expect(belongings.end()).rejects.toThrow(
            "not all of the rehearsal ended: Error: the second does not end",
        );
        expect(ended).toEqual(["third", "first"]);
        await belongings.end();
        expect(ended).toHaveLength(2);
    });
});

describe("the acts of a day", () => {
    it("have names of their own, words with hyphens", () => {
        const names = ACTS.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
    });

    it("are all of them, or those that are named behind the first", () => {
        expect(chosenActs([])).toEqual(ACTS);
        const namesOf = (...args: Parameters<typeof chosenActs>) =>
            chosenActs(...args).map(({ name }) => name);
        expect(namesOf(["reboot", "urls"])).toEqual(["zero", "urls", "reboot"]);
        expect(namesOf(["gone"])).toEqual(["zero", "protection", "gone"]);
        expect(namesOf([], true).at(-1)).toBe("lost-server");
    });
});

describe("a group of processes that a run which was killed has left", () => {
    it("is ended by the next, and a group that was forgotten is left alone", async () => {
        const folder = mkdtempSync(join(tmpdir(), "berth-test-group-"));
        const start = () => spawn("sh", ["-c", "sleep 60 & wait"], { detached: true, stdio: "ignore" });
        const [left, forgotten] = [start(), start()];
        try {
            noteGroup(folder, forgotten.pid)();
            noteGroup(folder, left.pid);
            const ended = new Promise((resolve) => left.once("exit", (_, signal) => resolve(signal)));
            endNotedGroup(folder);
            expect(await ended).toBe("SIGKILL");
            expect(forgotten.exitCode ?? forgotten.signalCode).toBeNull();
        } finally {
            process.kill(-(forgotten.pid ?? 0), "SIGKILL");
            rmSync(folder, { recursive: true });
        }
    });

    it("is no trouble when it goes just then", () => {
        const folder = mkdtempSync(join(tmpdir(), "berth-test-group-"));
        // Leads no group: to the kernel the same as one whose group has just ended.
        const alone = spawn("sleep", ["60"], { stdio: "ignore" });
        try {
            noteGroup(folder, alone.pid);
            expect(() => endNotedGroup(folder)).not.toThrow();
        } finally {
            alone.kill("SIGKILL");
            rmSync(folder, { recursive: true });
        }
    });
});
