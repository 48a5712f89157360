import { ROUTES_FOLDER } from "../../lib/traefik";
import { connect } from "../../providers/engine/connect";
import { putFiles } from "../../providers/engine/files";
import { clean } from "../../tools/recovery/clean";
import { knownOf } from "../../tools/recovery/known";
import { Recorded } from "../../tools/state";
import { Containers } from "../support/containers";
import { ENGINE_HOST } from "../support/onEngine";

const IMAGE = "node:20-slim";
const containers = new Containers("leftovers");
const { docker } = containers;
/** Start of the stack's names: nobody else's. */
const prefix = containers.uniqueName();
const filters = { label: [`berth.stack=${prefix}`] };
const said: string[] = [];

const labelsOf = (part: string, kind?: string) => ({
    "berth.stack": prefix,
    "berth.system": "shop",
    "berth.part": part,
    ...(kind === undefined ? {} : { "berth.kind": kind }),
});

jest.setTimeout(60_000);

afterAll(async () => {
    await containers.removeAll();
    for (const { Id } of await docker.listContainers({ all: true, filters })) {
        await docker.getContainer(Id).remove({ force: true });
    }
    for (const { Id } of await docker.listNetworks({ filters })) {
        await docker.getNetwork(Id).remove();
    }
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes) {
        await docker.getVolume(Name).remove();
    }
});

async function make(name: string, options: { running?: boolean; part?: string } = {}): Promise<string> {
    const container = await docker.createContainer({
        Image: IMAGE,
        name: `${prefix}-${name}`,
        Cmd: ["node", "-e", "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1000)"],
        Labels: labelsOf(options.part ?? "shop-web"),
        ...(options.part === "router" && { HostConfig: { Binds: [`${prefix}-routes:${ROUTES_FOLDER}`] } }),
    });
    if (options.running === true) {
        await container.start();
    }
    return container.id;
}

async function remaining(): Promise<string[]> {
    const [there, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
    ]);
    return [
        ...there.map(({ Names }) => Names[0]?.slice(1) ?? ""),
        ...networks.map(({ Name }) => Name),
        ...volumes.map(({ Name }) => Name),
    ]
        .map((name) => name.slice(prefix.length + 1))
        .sort();
}

test("what no state knows goes, but what serves, what is in use and what holds data", async () => {
    const volumes = { routes: undefined, data: undefined, secrets: "secrets", "secrets-used": "secrets" };
    for (const [name, kind] of Object.entries(volumes)) {
        await docker.createVolume({ Name: `${prefix}-${name}`, Labels: labelsOf("shop-web", kind) });
    }
    const network = await docker.createNetwork({ Name: `${prefix}-net`, Labels: labelsOf("data") });
    const router = await make("router", { part: "router" });
    const served = await make("served", { running: true });
    const known = await make("known", { running: true });
    await make("running", { running: true });
    await make("created");
    await containers.create(IMAGE, {
        HostConfig: { Binds: [`${prefix}-secrets-used:/secrets`] },
    });
    const route = `http:\n  services:\n    shop:\n      loadBalancer:\n        servers:\n          - url: http://${prefix}-served:3000\n`;
    await putFiles(docker, router, ROUTES_FOLDER, [{ name: "shop.yml", content: route }]);

    const labels = Object.entries(labelsOf("shop-web")).map(([label, value]) => ({ label, value }));
    const resources: Recorded[] = [
        { urn: "urn:engine", type: "pulumi:providers:berth", inputs: { host: ENGINE_HOST, sshOpts: "[]" } },
        ...[router, known].map((id) => ({
            urn: `urn:${id}`,
            type: "docker:index/container:Container",
            id,
            inputs: { labels },
        })),
    ];
    const state = knownOf({ resources, pending: [] }, prefix);
    const look = (before: number) => clean(state, before, (text) => said.push(text), connect);

    // All of it was made after this moment.
    expect(await look(Date.now() - 120_000)).toMatchObject({ removed: [], strange: [] });
    const { removed, strange, there = [] } = await look(Date.now() + 60_000);
    const nameOf = ({ name }: { name: string }) => name.slice(prefix.length + 1);
    expect(removed.map(nameOf).sort()).toEqual(["created", "net", "running", "secrets"]);
    expect(strange.map(nameOf)).toEqual(["served"]);
    expect(await remaining()).toEqual(["data", "known", "router", "routes", "secrets-used", "served"]);
    expect(there.map(({ id }) => id)).toEqual(expect.arrayContaining([router, known, served]));
    expect(said).toContain(`  ✓ removed the network ${prefix}-net, which a run that was killed has left`);
    expect(said).toContain(
        `  … kept the volume ${prefix}-secrets-used, which a run that was killed has left: it is in use`,
    );
    await expect(network.inspect()).rejects.toMatchObject({ statusCode: 404 });
});

test("an engine that does not answer is told, and nothing is known of it", async () => {
    const inputs = { host: "tcp://127.0.0.1:9", sshOpts: "[]" };
    const state = knownOf(
        { resources: [{ urn: "urn:engine", type: "pulumi:providers:berth", inputs }], pending: [] },
        prefix,
    );
    const words: string[] = [];
    expect(await clean(state, Date.now(), (text) => words.push(text))).toEqual({
        there: undefined,
        removed: [],
        strange: [],
    });
    expect(words).toEqual([
        expect.stringMatching(/^ {2}… did not look for leftovers on tcp:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/),
    ]);
});
