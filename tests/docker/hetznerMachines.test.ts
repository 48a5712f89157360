import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { DATA_PATH } from "../../lib/cloudInit";
import { putFiles } from "../../providers/engine/files";
import { MachineHost } from "../../rehearsal/hetzner/machines";
import { renderRuleset } from "../../rehearsal/hetzner/machines/ruleset";
import { addressOn, loadProbeImage, PROBE_IMAGE } from "../../rehearsal/machine";
import { MachineScene, open, publishEcho } from "../support/hetznerMachines";
import { anyRules } from "../support/hetznerRules";
import { Echo, knock, Listener } from "../support/knock";

jest.setTimeout(180_000);
const SIZE_GB = 10;
const seed = Number(process.env.BERTH_SEED ?? Date.now() % 1_000_000);
let scene: MachineScene;
let userData: string;
let volume: number;
let firewall: number;
let first: number;
let second: number;

/** One cloud for all tests, which follow the life of a volume: on a server, pulled from it, on the next, deleted. */
beforeAll(async () => {
    scene = await MachineScene.start();
    volume = await scene.make("volume", { name: "data", size: SIZE_GB, location: "nbg1", format: "ext4" });
    firewall = await scene.make("firewall", { name: "wall", rules: [open(8001)] });
    userData = await scene.userData(volume);
    first = await scene.makeServer("shop", firewall, userData);
});

afterAll(() => scene.stop());

describe("a server", () => {
    it("boots its user data with the files it is given, at the address that the API tells", async () => {
        await scene.act("volume", volume, "attach", { server: first });
        const machine = scene.machine(first);
        await scene.dockerAnswers(first);
        expect(await machine.booted()).toMatchObject({ system: "running" });
        expect((await scene.api.get("server", first)).public_net).toMatchObject({
            ipv4: { ip: machine.address },
        });
        expect(await machine.shell("ip -4 -brief address show eth0")).toContain(` ${machine.address}/`);
        expect(await machine.shell("hostname; systemctl show --property Environment docker.service")).toMatch(
            /^shop\n.*MARKER=there/,
        );
        expect(await machine.shell("cat /etc/resolv.conf")).toBe(
            `nameserver 192.0.2.53\nnameserver ${scene.network.gateway}\n`,
        );
    });

    it("has its volume as a file system of its own", async () => {
        const machine = scene.machine(first);
        expect(await machine.shell(`findmnt --noheadings --output SOURCE,FSTYPE ${DATA_PATH}`)).toMatch(
            /^\/dev\/loop\d+ ext4\n$/,
        );
        const bytes = Number(await machine.shell(`df --output=size --block-size=1 ${DATA_PATH} | tail -n 1`));
        expect(bytes / 1024 ** 3).toBeGreaterThan(SIZE_GB * 0.95);
        // Sparse: what nobody has written takes no room.
        expect(statSync(scene.imageOf(volume)).blocks * 512).toBeLessThan(1024 ** 3);
    });
});

describe("the firewall", () => {
    const rules = (list: readonly object[]) => scene.act("firewall", firewall, "set_rules", { rules: list });
    const met = async () => {
        const { address } = scene.machine(first);
        return [await knock(address, 8001), await knock(address, 8002)];
    };

    beforeAll(async () => {
        await loadProbeImage(scene.machine(first));
        await scene.machine(first).shell(`${publishEcho(8001)}; ${publishEcho(8002)}`);
    });

    it("stands in front of ports that the server's own Docker publishes", async () => {
        expect(await met()).toEqual(["open", "silence"]);
    });

    it("holds for new connections as soon as it is edited, and keeps those that stand", async () => {
        const echo = await Echo.open(scene.machine(first).address, 8001);
        expect(await echo.says("before")).toBe("before");
        await rules([open(8002)]);
        expect(await met()).toEqual(["silence", "open"]);
        expect(await echo.says("after")).toBe("after");
        echo.close();
    });

    it("without a rule lets in nothing; taken away, lets in everything", async () => {
        await rules([]);
        expect(await met()).toEqual(["silence", "silence"]);
        expect(await knock(scene.machine(first).address, 22)).toBe("silence");
        const server = { apply_to: [{ type: "server", server: { id: first } }] };
        await scene.act("firewall", firewall, "remove_from_resources", { remove_from: server.apply_to });
        expect(await met()).toEqual(["open", "open"]);
        expect(await knock(scene.machine(first).address, 22)).toBe("open");
        await scene.act("firewall", firewall, "apply_to_resources", server);
        expect(await met()).toEqual(["silence", "silence"]);
    });

    describe("for what goes out", () => {
        let listener: Listener;
        beforeAll(async () => {
            listener = await Listener.start(scene.network.gateway);
        });
        afterAll(() => listener.stop());

        /** From the server itself, and from a container on it. */
        async function reached(): Promise<boolean[]> {
            const ask = `busybox nc -w 2 ${scene.network.gateway} ${listener.port} </dev/null`;
            const machine = scene.machine(first);
            const answers = [
                await machine.exec(["sh", "-c", ask]),
                await machine.exec(["sh", "-c", `docker run --rm ${PROBE_IMAGE} /bin/${ask}`]),
            ];
            return answers.map(({ output }) => output.includes("reached"));
        }

        it("lets everything pass until a rule says what may", async () => {
            const rule = { direction: "out", protocol: "tcp" };
            const [elsewhere, here] = ["192.0.2.0/24", `${scene.network.gateway}/32`];
            expect(await reached()).toEqual([true, true]);
            await rules([{ ...rule, port: "any", destination_ips: [elsewhere] }]);
            expect(await reached()).toEqual([false, false]);
            await rules([{ ...rule, port: String(listener.port), destination_ips: [here] }]);
            expect(await reached()).toEqual([true, true]);
        });
    });

    it(`is one that nft takes, whatever rules the API takes (BERTH_SEED=${seed})`, async () => {
        const machine = scene.machine(first);
        const scripts = fc.sample(anyRules, { seed, numRuns: 40 }).map((list, index) => ({
            name: `${index}.nft`,
            content: renderRuleset(list),
        }));
        await machine.shell("mkdir /root/rules");
        await putFiles(scene.containers.docker, machine.name, "/root/rules", scripts);
        expect(
            await machine.shell(
                "for each in /root/rules/*; do nft --check --file $each; done; ls /root/rules | wc -l",
            ),
        ).toBe("40\n");
    });
});

describe("the power", () => {
    it("is cut: what was not written to the disk is lost, what was is there, and the firewall holds again", async () => {
        await scene.act("firewall", firewall, "set_rules", { rules: [open(8001)] });
        const machine = scene.machine(first);
        // The folder is there for good; files that nobody has synced are in the kernel's memory.
        await machine.shell(
            `cd ${DATA_PATH}/berth; echo kept >kept; sync --file-system kept; echo lost >unsynced`,
        );
        await scene.act("server", first, "poweroff");
        expect(await machine.isOn()).toBe(false);
        expect(await knock(machine.address, 22, "nobody")).toBe("nobody");
        await scene.act("server", first, "poweron");
        await scene.dockerAnswers(first);
        const found = await machine.shell(
            `cd ${DATA_PATH}/berth; cat kept; cat unsynced 2>/dev/null || true`,
        );
        expect(found).toBe("kept\n");
        await machine.shell(`${publishEcho(8001)}; ${publishEcho(8002)}`);
        expect([await knock(machine.address, 8001), await knock(machine.address, 8002)]).toEqual([
            "open",
            "silence",
        ]);
    });

    it("that is on already is left on", async () => {
        await scene.host.power(first, "on");
        expect(await scene.machine(first).isOn()).toBe(true);
    });
});

describe("a volume that is pulled", () => {
    it("is gone at once, and what was mounted answers with errors", async () => {
        const machine = scene.machine(first);
        await scene.act("volume", volume, "detach");
        for (const command of ["cat", "touch"]) {
            const { output } = await machine.exec([command, `${DATA_PATH}/berth/kept`]);
            expect(output).toContain("Input/output error");
        }
        expect((await machine.exec(["ls", "/dev/disk/by-id"])).output).toBe("");
    });

    it("has all that was on it on the next server, while the first still runs", async () => {
        await scene.act("volume", volume, "resize", { size: SIZE_GB + 1 });
        second = await scene.makeServer("other", firewall, userData);
        await scene.act("volume", volume, "attach", { server: second });
        const machine = scene.machine(second);
        await scene.dockerAnswers(second);
        expect(await machine.shell(`cat ${DATA_PATH}/berth/kept; hostname`)).toBe("kept\nshop\n");
        const size = await machine.shell(`blockdev --getsize64 $(findmnt -no SOURCE ${DATA_PATH})`);
        expect(Number(size)).toBe((SIZE_GB + 1) * 1024 ** 3);
        await machine.shell(`echo second >${DATA_PATH}/berth/second`);
    });

    it("is missed by the first when it boots: Docker doesn't start, and nobody can write in its place", async () => {
        await scene.act("server", first, "reboot");
        const machine = scene.machine(first);
        expect(await machine.booted()).toMatchObject({ system: "degraded" });
        expect((await machine.exec(["systemctl", "is-active", "docker.service"])).output).toBe("inactive\n");
        expect((await machine.exec(["touch", `${DATA_PATH}/more`])).output).toContain(
            "Operation not permitted",
        );
    });

    it("is there again when its server boots, by a host that another process has made", async () => {
        scene.host = scene.newHost();
        await scene.host.power(second, "reboot");
        await scene.dockerAnswers(second);
        expect(await scene.machine(second).shell(`ls ${DATA_PATH}/berth`)).toBe("kept\nsecond\n");
    });
});

describe("what is deleted", () => {
    it("is a server, with its containers; its volume stays, and goes when it is deleted itself", async () => {
        const { ino } = statSync(scene.imageOf(volume));
        expect(await scene.left()).toEqual({ containers: 4, networks: 1 });
        expect(await scene.inodesOfLoops()).toContain(ino);
        await scene.act("server", first, "shutdown");
        expect(await scene.machine(first).isOn()).toBe(false);
        await scene.delete("server", first);
        await scene.delete("server", second);
        expect(await scene.left()).toEqual({ containers: 0, networks: 1 });
        expect(await scene.inodesOfLoops()).not.toContain(ino);
        expect(statSync(scene.imageOf(volume)).ino).toBe(ino);
        await scene.delete("volume", volume);
        expect(readdirSync(join(scene.folder, "volumes"))).toEqual([]);
    });

    it("is everything that a killed run has left", async () => {
        const ipv4 = addressOn(scene.network, 9);
        const server = { id: 1, name: "left", image: "debian-12", userData: "", publicKeys: [], ipv4 };
        await scene.host.create({ ...server, ipv6: undefined });
        await scene.host.attachVolume(1, {
            id: 2,
            sizeGb: 10,
            format: "ext4",
            device: "/dev/disk/by-id/left",
        });
        const { ino } = statSync(scene.imageOf(2));
        expect(await scene.left()).toEqual({ containers: 2, networks: 1 });
        expect(await scene.inodesOfLoops()).toContain(ino);
        await scene.removeLeftovers();
        expect(await scene.left()).toEqual({ containers: 0, networks: 0 });
        expect(await scene.inodesOfLoops()).not.toContain(ino);
        expect(readdirSync(scene.folder).filter((each) => !each.startsWith("keys-"))).toEqual([]);
    });

    it("is nothing when nobody says what was left", async () => {
        await expect(
            MachineHost.removeLeftovers(scene.containers.docker, { labels: {}, folder: scene.folder }),
        ).rejects.toThrow("without a label everything on the engine would be a leftover");
    });
});

describe("a server that can't be a machine", () => {
    const server = { id: 3, name: "none", userData: "", publicKeys: [], ipv6: undefined };

    it.each([
        [
            "another image",
            { ...server, image: "ubuntu-24.04", ipv4: "192.0.2.1" },
            "a machine is debian-12: there is no ubuntu-24.04 here",
        ],
        [
            "no IPv4 address",
            { ...server, image: "debian-12", ipv4: undefined },
            "a machine is reached by its IPv4 address: the server has none",
        ],
    ])("is refused: %s", async (_, given, message) => {
        await expect(scene.host.create(given)).rejects.toThrow(message);
    });
});
