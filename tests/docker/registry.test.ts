import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderCloudInit } from "../../lib/cloudInit";
import {
    addressOn,
    createAccess,
    createMachineNetwork,
    Machine,
    MachineNetwork,
} from "../../rehearsal/machine";
import { mirrorDropIn, RehearsalRegistry } from "../../rehearsal/registry";
import { Containers, until } from "../support/containers";

jest.setTimeout(120_000);
const containers = new Containers("machine-registry");
const { docker } = containers;
const name = containers.uniqueName();
const folder = mkdtempSync(join(tmpdir(), "berth-test-machine-registry-"));
const removals: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
let network: MachineNetwork;
let registry: RehearsalRegistry;
let machine: Machine;

beforeAll(async () => {
    network = await createMachineNetwork(docker, name);
    removals.push(() => network.remove());
    registry = await RehearsalRegistry.start({ address: network.gateway, folder: join(folder, "images") });
    removals.push(() => registry.stop());
    const address = addressOn(network, 1);
    const access = await createAccess(folder, address);
    const userData = renderCloudInit({
        hostname: "shop-prod",
        user: access.user,
        authorizedKeys: [access.clientKey],
        hostKey: access.hostKey,
        sshFrom: [`${network.gateway}/32`],
        swapMb: 0,
        liveRestore: true,
    });
    machine = await Machine.boot(docker, {
        ...{ name, userData, network: name, address },
        files: [mirrorDropIn(registry.url)],
    });
    removals.push(() => machine.remove());
    await machine.booted();
    await until(
        async () => (await machine.exec(["docker", "version"])).exitCode === 0,
        () => machine.shell("systemctl status --no-pager docker.service || true"),
    );
});

/** What was made goes in the opposite order, however far the making came. */
afterAll(async () => {
    for (const remove of removals.reverse()) {
        await remove();
    }
});

it("a machine's engine has the mirror beside what its user data says", async () => {
    const format = "{{json .RegistryConfig.Mirrors}} {{.LiveRestoreEnabled}}";
    expect(await machine.shell(`docker info --format '${format}'`)).toBe(`["${registry.url}/"] true\n`);
});

it("it pulls an image by its usual name and its digest, and runs it", async () => {
    const pushed = await registry.push(docker, {
        ...{ image: "postgres:16", repository: "library/postgres", tag: "16.14" },
    });
    const reference = pushed.replace("library/", "");
    expect(reference).toMatch(/^postgres:16\.14@sha256:[0-9a-f]{64}$/);
    await machine.shell(`docker pull --quiet ${reference}`);
    const { Config, RootFS, Created } = await docker.getImage("postgres:16").inspect();
    const [there] = JSON.parse(await machine.shell(`docker image inspect ${reference}`)) as unknown[];
    const digests = [`postgres@${reference.split("@")[1] ?? ""}`];
    expect(there).toMatchObject({ Config, RootFS, Created, RepoDigests: digests });
    expect(await machine.shell(`docker run --rm --entrypoint postgres ${reference} --version`)).toMatch(
        /^postgres \(PostgreSQL\) 16\./,
    );
});

it("it pulls an image again that it has removed, and one whose layers it has", async () => {
    const image = { image: "postgres:16", repository: "team/other", tag: "2" };
    const reference = await registry.push(docker, image);
    await machine.shell("docker image ls --quiet | sort --unique | xargs docker image rm --force");
    expect(await machine.shell(`docker pull ${reference}`)).toContain("Pull complete");
    const told = await machine.shell(`docker pull postgres:16.14`);
    expect(told).not.toContain("Pull complete");
    expect(told).toContain("Downloaded newer image for postgres:16.14");
});

it("it gets no image from anywhere else", async () => {
    const { exitCode, output } = await machine.exec(["docker", "pull", "busybox:1.37"]);
    expect([exitCode, output]).toEqual([1, expect.stringMatching(/registry-1\.docker\.io/)]);
});
