import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderRouteFile } from "../../lib/traefik";
import { serverNames, serverUrls } from "../../lib/traefik/servers";
import { Known, knownOf } from "../../tools/recovery/known";
import { unknownOf } from "../../tools/recovery/leftovers";
import { toRefresh } from "../../tools/recovery/refresh";
import { Thing } from "../../tools/recovery/things";
import { Deployment, PendingOperation, Recorded } from "../../tools/state";

/** The state of a real run that was killed while it made two containers, less what nobody reads here. */
function killedState(): Deployment {
    const file = join(__dirname, "fixtures/killedState.json");
    const { resources, pending_operations: pending } = JSON.parse(readFileSync(file, "utf8")) as {
        resources: Recorded[];
        pending_operations: PendingOperation[];
    };
    return { resources, pending };
}

const deployment = killedState();
const known = knownOf(deployment, "berth-dev");
const PREFIX = "berth-dev";
const labelled = (system: string, part: string) => ({
    "berth.stack": PREFIX,
    "berth.system": system,
    "berth.part": part,
});
const before = known.since + 3_600_000;

/** A running container of the app, made while the state was there, which the state does not know. */
function thing(changes: Partial<Thing> = {}): Thing {
    return {
        kind: "container",
        id: "f00d",
        name: "berth-dev-audifi-api-1-1a2b3c4",
        labels: labelled("audifi", "audifi-api"),
        created: known.since + 60_000,
        state: "running",
        ...changes,
    };
}

const idOf = (name: string) => deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.id ?? "";
const ownRouter = thing({
    id: idOf("router"),
    name: "berth-dev-router",
    labels: labelled("platform", "router"),
});
const secrets = thing({
    kind: "volume",
    name: "berth-dev-audifi-db-secrets-11",
    id: "berth-dev-audifi-db-secrets-11",
    labels: { ...labelled("audifi", "audifi-db"), "berth.kind": "secrets" },
    state: undefined,
});
const network = thing({
    kind: "network",
    id: "beef",
    name: "berth-dev-audifi-data",
    labels: labelled("audifi", "data"),
    state: undefined,
});

function judge(
    things: Thing[],
    { routed = [], of = known }: { routed?: string[]; of?: Known } = {},
): Record<"leftovers" | "strange", string[]> {
    const { leftovers, strange } = unknownOf(things, { known: of, routed: new Set(routed), before });
    return { leftovers: leftovers.map(({ id }) => id), strange: strange.map(({ id }) => id) };
}

test("a state tells the engine, the names, what is there and what was begun", () => {
    expect(known).toMatchObject({
        engines: [{ host: "unix:///var/run/docker.sock", sshOpts: [] }],
        prefixes: [PREFIX],
        begun: [
            { type: "docker:index/container:Container", labels: labelled("audifi", "audifi-api") },
            { type: "docker:index/container:Container", labels: labelled("audifi", "audifi-api") },
        ],
    });
    expect(known.ids.has(ownRouter.id)).toBe(true);
    expect(new Date(known.since).getUTCFullYear()).toBe(2026);
});

test("an engine behind SSH is dialled with the files that the last run has written", () => {
    const inputs = { host: "ssh://berth@10.0.0.7", sshFolder: ".state/ssh/prod", sshOpts: '["-v"]' };
    const server = { urn: "urn:x", type: "pulumi:providers:berth", inputs };
    expect(knownOf({ resources: [server], pending: [] }, "berth-prod")).toMatchObject({
        engines: [{ host: "ssh://berth@10.0.0.7", sshOpts: ["-F", ".state/ssh/prod/config", "-v"] }],
        prefixes: ["berth-prod"],
    });
    const encrypted = { ...server, inputs: { host: { ciphertext: "v1:…" } } };
    expect(knownOf({ resources: [encrypted], pending: [] }, "berth-prod").engines).toEqual([]);
});

describe("where the stack's own router stands", () => {
    test("what no state knows is a leftover: containers, networks, volumes with secrets", () => {
        const things = [ownRouter, thing(), thing({ id: "dead", state: "created" }), network, secrets];
        expect(judge(things)).toEqual({
            leftovers: ["f00d", "dead", "beef", "berth-dev-audifi-db-secrets-11"],
            strange: [],
        });
    });

    test("what the state knows is none, be it about to be deleted", () => {
        const replaced = { urn: "urn:x", type: "docker:index/container:Container", id: "f00d", delete: true };
        const more = knownOf({ ...deployment, resources: [...deployment.resources, replaced] }, PREFIX);
        expect(judge([ownRouter, thing()], { of: more })).toEqual({ leftovers: [], strange: [] });
    });

    test("a job is known by its name, from the moment that it was begun", () => {
        const job = {
            urn: "urn:job",
            type: "berth:index:Job",
            inputs: { name: "berth-dev-audifi-api-release" },
        };
        const container = thing({ name: "berth-dev-audifi-api-release" });
        for (const more of [
            { resources: [...deployment.resources, job], pending: [] },
            {
                resources: deployment.resources,
                pending: [{ type: "creating", resource: job }] satisfies PendingOperation[],
            },
        ]) {
            expect(judge([ownRouter, container], { of: knownOf(more, PREFIX) }).leftovers).toEqual([]);
        }
    });

    test("a job's container is nobody's leftover: its first run may have failed, and go on", () => {
        const labels = { ...labelled("audifi", "audifi-api"), "berth.job": "5d41402abc4b2a76" };
        expect(judge([ownRouter, thing({ labels })])).toEqual({ leftovers: [], strange: [] });
    });

    test("what a route names stays, and is told", () => {
        expect(judge([ownRouter, thing()], { routed: [thing().name] })).toEqual({
            leftovers: [],
            strange: ["f00d"],
        });
    });

    test.each([
        ["what was made after the run began", thing({ created: before })],
        ["a volume with data", thing({ kind: "volume", state: undefined })],
        [
            "another stack's",
            thing({ labels: { ...labelled("audifi", "audifi-api"), "berth.stack": "berth-dev2" } }),
        ],
    ])("%s is not even looked at", (_, each) => {
        expect(judge([ownRouter, each])).toEqual({ leftovers: [], strange: [] });
    });
});

describe("where another router serves, as of a second clone with a stack of that name", () => {
    const foreign = thing({ id: "cafe", labels: labelled("platform", "router") });
    const database = thing({ id: "d00d", labels: labelled("audifi", "audifi-db") });

    test("only what the state was told about goes, and nothing that is older than the state", () => {
        const old = thing({ id: "01d", created: known.since - 1000 });
        expect(judge([ownRouter, foreign, database, thing(), old, network, secrets])).toEqual({
            leftovers: ["f00d"],
            strange: ["cafe", "d00d", "01d", "beef", "berth-dev-audifi-db-secrets-11"],
        });
    });

    test("a router that does not run is nobody's", () => {
        expect(judge([ownRouter, { ...foreign, state: "created" }]).leftovers).toEqual(["cafe"]);
    });
});

test("before there is a router, what was begun tells what was left", () => {
    const of: Known = {
        ...known,
        ids: new Set(),
        begun: [
            { type: "berth:index:SecretVolume", labels: labelled("audifi", "audifi-db") },
            { type: "docker:index/network:Network", labels: labelled("audifi", "data") },
            { type: "docker:index/network:Network", labels: {} },
        ],
    };
    const database = thing({ id: "d00d", labels: labelled("audifi", "audifi-db") });
    const helper = { ...database, id: "he1p", state: "created" };
    expect(judge([database, helper, secrets, network, thing()], { of })).toEqual({
        leftovers: ["he1p", "berth-dev-audifi-db-secrets-11", "beef"],
        strange: ["d00d", "f00d"],
    });
});

describe("what the state is asked for", () => {
    const all = deployment.resources
        .filter(({ type }) => type === "docker:index/container:Container")
        .map(({ id }) => thing({ id }));
    const urnOf = (name: string) =>
        deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.urn ?? "";

    test("nothing, where all is in order", () => {
        expect(toRefresh({ ...deployment, pending: [] }, known, all)).toEqual({
            urns: [],
            missing: [],
            forgetCreations: false,
        });
    });

    test("containers that are gone, unless they were to go or nobody could look", () => {
        const resources = deployment.resources.map((each) =>
            each.urn === urnOf("audifi-db") ? { ...each, delete: true } : each,
        );
        const gone = { resources, pending: [] };
        expect(toRefresh(gone, known, [])).toEqual({
            urns: expect.not.arrayContaining([urnOf("audifi-db")]) as string[],
            missing: [urnOf("router"), urnOf("audifi-api-2"), urnOf("audifi-api-1")].sort(
                (one, other) =>
                    resources.findIndex(({ urn }) => urn === one) -
                    resources.findIndex(({ urn }) => urn === other),
            ),
            forgetCreations: false,
        });
        expect(toRefresh(gone, known, undefined).urns).toEqual([]);
    });

    test("what was being changed or deleted; what was being made is forgotten", () => {
        const pending: PendingOperation[] = [
            ...deployment.pending,
            {
                type: "deleting",
                resource: { urn: urnOf("audifi-db"), type: "docker:index/container:Container" },
            },
            { type: "updating", resource: { urn: "urn:gone", type: "berth:index:Route" } },
        ];
        expect(toRefresh({ ...deployment, pending }, known, all)).toEqual({
            urns: [urnOf("audifi-db")],
            missing: [],
            forgetCreations: true,
        });
    });

    test("a creation in a cloud is its owner's to look for", () => {
        const server = { urn: "urn:server", type: "hcloud:index/server:Server" };
        const pending: PendingOperation[] = [...deployment.pending, { type: "creating", resource: server }];
        expect(toRefresh({ ...deployment, pending }, known, all).forgetCreations).toBe(false);
    });
});

test("the servers of a route file are the names of its containers", () => {
    const { content } = renderRouteFile({
        name: "shop",
        routes: [{ host: "shop.example", entryPoint: "web" }],
        servers: ["http://berth-dev-shop-1-1a2b3c4:3000", "http://berth-dev-shop-2-5d6e7f8:3000"],
        dialTimeoutMs: 1500,
        idleTimeoutMs: 500,
    });
    expect(serverNames(content)).toEqual(["berth-dev-shop-1-1a2b3c4", "berth-dev-shop-2-5d6e7f8"]);
    expect(serverNames('- url: \'h2c://a_b.c:80\'\n"url": x\n  url: "http://d"')).toEqual(["a_b.c", "d"]);
    expect(serverUrls(content)[0]).toBe("http://berth-dev-shop-1-1a2b3c4:3000");
    expect(serverNames("")).toEqual([]);
});
