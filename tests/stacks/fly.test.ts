import { StackOutputs } from "../../stacks/compose";
import { prod } from "../../stacks/prod";
import { ProdSettings } from "../../stacks/prodSettings";
import { readSettings } from "../../stacks/settings";
import { rawConfig, stackFile } from "../support/config";
import { FLY_SERVER, ON_FLY } from "../support/expectedProd";
import { record, Secret } from "../support/graph";
import {
    ONLY_FLY,
    problemsOf,
    prodProblems,
    prodSettings,
    ProdStack,
    rawProd,
    recordProd,
} from "../support/prod";

describe("a stack with systems on Fly only", () => {
    it("has no server, no tunnel, no records, and asks for no token of theirs", async () => {
        const graph = await recordProd("prod", ONLY_FLY);
        expect(graph.list()).toEqual([...ON_FLY, ...FLY_SERVER].sort());
    });

    it("tells of no server", async () => {
        let outputs: StackOutputs | undefined;
        await record(() => {
            outputs = prod(prodSettings("prod", ONLY_FLY));
        });
        expect(Object.keys(outputs ?? {})).toEqual(["systems"]);
        expect(Object.keys(outputs?.systems ?? {})).toEqual(["audifi"]);
    });

    it("keeps the settings of a server for the day that it has one, whatever they are", () => {
        const settings = prodSettings("prod", {
            ...ONLY_FLY,
            "berth:serverType": "cx99",
            "berth:sshThrough": "cloudflareAccess",
            "berth:sshHost": "ssh.example.com",
            "berth:wildcards": ["*.example.com"],
            "berth:acmeEmail": "nobody",
        });
        expect(settings.server).toBeUndefined();
        expect(settings.ssh.accessHost).toBeUndefined();
    });

    it("is told all that is missing, and nothing of what it has no use for", () => {
        const file = { ...stackFile("Pulumi.prod.yaml"), "berth:systems": ["audifi"] };
        expect(problemsOf(rawConfig("prod", file))).toEqual([
            "  audifi:images.api: is missing: the image to run",
            "      pulumi config set --stack prod --path 'audifi:images.api' REFERENCE",
            "  audifi:sendgridApiKey: is missing: SendGrid's API key, at least 1 character",
            "      pulumi config set --stack prod --secret audifi:sendgridApiKey",
            "  fly:token: is missing: Fly's token that may change the organization's apps, of `fly tokens create org`",
            "      pulumi config set --stack prod --secret fly:token, or the variable FLY_API_TOKEN",
        ]);
    });
});

describe("a stack with no system on Fly", () => {
    const none = { "audifi:platform": undefined, "audifi:hosts": { api: "api.audifi.example.com" } };

    it("has no provider for it, and asks for no token", async () => {
        const graph = await recordProd("prod", { ...none, "fly:token": undefined });
        expect(graph.list().filter((each) => /fly/i.test(each))).toEqual([]);
        expect(graph.node("audifi-api-route").inputs.routes).toEqual([
            { host: "api.audifi.example.com", entryPoint: "websecure" },
        ]);
    });

    it("keeps its settings for the day that it has one", () => {
        const kept = { "berth:flyOrganization": "team", "berth:flyRegion": "mars", "fly:token": undefined };
        expect(prodSettings("prod", { ...none, ...kept }).fly).toBeUndefined();
    });
});

describe("Fly's settings", () => {
    const flyOf = (changes: Record<string, unknown>, stack: ProdStack = "prod") =>
        prodSettings(stack, changes).fly;

    it("have defaults, and a name's end of the stack's own but in prod", () => {
        const { token, ...others } = flyOf({}) ?? {};
        expect(others).toEqual({
            organization: "personal",
            region: "iad",
            suffix: "",
            baseUrl: undefined,
        });
        expect(token).toBeDefined();
        expect(flyOf({}, "staging")?.suffix).toBe("-staging");
        const qa = { ...rawProd("staging"), stack: "qa" };
        expect((readSettings(qa) as ProdSettings).systems.map(({ hosts }) => hosts)).toContainEqual({
            api: "audifi-api-qa.fly.dev",
        });
    });

    it("reach the provider and every resource", async () => {
        const graph = await recordProd("prod", {
            ...ONLY_FLY,
            "berth:flyOrganization": "team",
            "berth:flyRegion": "fra",
            "fly:baseUrl": "http://127.0.0.1:4280",
        });
        expect(graph.node("fly", "pulumi:providers:fly").inputs).toEqual({
            token: new Secret("secret of fly:token".padEnd(40, "!")),
            baseUrl: "http://127.0.0.1:4280",
        });
        expect(graph.node("audifi-db", "fly:index:App").inputs.organization).toBe("team");
        expect(graph.node("audifi-db", "fly:index:Machine").inputs.region).toBe("fra");
        expect(graph.node("audifi-api-machines").inputs.regions).toEqual({ fra: 1 });
    });

    it("may leave the token to the environment, as Fly's own tools have it", async () => {
        const raw = {
            ...rawProd("prod", { ...ONLY_FLY, "fly:token": undefined }),
            environment: { FLY_API_TOKEN: "given" },
        };
        const graph = await record(() => {
            prod(readSettings(raw) as ProdSettings);
        });
        expect(graph.node("fly", "pulumi:providers:fly").inputs).toEqual({});
    });

    it("refuse a token in clear", () => {
        const raw = { ...rawProd("prod", ONLY_FLY), isSecret: (key: string) => key !== "fly:token" };
        expect(problemsOf(raw)).toEqual([
            "  fly:token: stands in the stack's file in clear",
            "      pulumi config set --stack prod --secret fly:token, or the variable FLY_API_TOKEN",
        ]);
    });

    it("are told all at once when they are wrong", () => {
        expect(
            prodProblems({
                "berth:flyRegion": "mars",
                "fly:token": undefined,
                "degixdaw:platform": "swarm",
                "connected-repo:attach": { postgres: "their-db" },
                "connected-repo:snapshots": { postgres: "vs_1" },
                "korczewski:attach": { mysql: "their-db", postgres: 5 },
                "audifi:exposure": "tunnel",
                "audifi:attach": ["audifi-db"],
                "audifi:jwtSecret": "too short",
            }),
        ).toEqual([
            '  degixdaw:platform: "swarm" is unknown: one of docker, fly',
            "      pulumi config set --stack prod degixdaw:platform docker",
            "  connected-repo:attach.postgres: names a server of another stack: only one on Fly can be shared",
            "      pulumi config set --stack prod connected-repo:platform fly",
            "  connected-repo:snapshots.postgres: names a snapshot: only a disk at Fly is filled from one",
            "      pulumi config set --stack prod connected-repo:platform fly",
            "  audifi:jwtSecret: has 9 characters: at least 32 are needed",
            "      pulumi config set --stack prod --secret audifi:jwtSecret",
            "  audifi:jwtSecret: stands in the stack's file in clear",
            "      pulumi config set --stack prod --secret audifi:jwtSecret",
            "  audifi:attach: is no map",
            "      pulumi config set --stack prod --path 'audifi:attach.db' VALUE",
            "  audifi:exposure: is tunnel, which leads to the stack's own server: on Fly an app is public",
            "      pulumi config set --stack prod audifi:exposure public",
            "  korczewski:attach.postgres: is not a name at Fly",
            "  korczewski:attach.mysql: is unknown: one of postgres, redis",
            "  fly:token: is missing: Fly's token that may change the organization's apps, of `fly tokens create org`",
            "      pulumi config set --stack prod --secret fly:token, or the variable FLY_API_TOKEN",
            '  berth:flyRegion: "mars" is unknown: one of ams, arn, bom, cdg, dfw, ewr, fra, gru, iad, jnb, lax, lhr, nrt, ord, sin, sjc, syd, yyz',
            "      pulumi config set --stack prod berth:flyRegion ams",
        ]);
    });

    it.each(["platform", "attach", "snapshots"])("%s is no setting of development", (key) => {
        const changes = { ...stackFile("Pulumi.dev.yaml"), [`audifi:${key}`]: "fly" };
        expect(problemsOf(rawConfig("dev", changes))).toEqual([
            expect.stringMatching(`^ {2}audifi:${key}: is unknown: one of audifi:develop, `),
            `      pulumi config rm --stack dev audifi:${key}`,
        ]);
    });
});

it("a snapshot fills a new disk, and its app and machine keep their names", async () => {
    const graph = await recordProd("prod", { ...ONLY_FLY, "audifi:snapshots": { db: "vs_A1b2" } });
    expect(graph.node("audifi-db-data").inputs.snapshotId).toBe("vs_A1b2");
    expect(graph.list()).toEqual([...ON_FLY, ...FLY_SERVER].sort());
});

describe("a server of another stack", () => {
    it("is attached to by its name at Fly", async () => {
        const graph = await recordProd("staging", { ...ONLY_FLY, "audifi:attach": { db: "their-db" } });
        expect(graph.list()).toEqual([...ON_FLY].sort());
        expect(graph.node("audifi-db-audifi").inputs).toMatchObject({
            app: "their-db",
            database: "audifi_staging",
        });
    });

    it("can be a Postgres server only", async () => {
        const changes = {
            ...ONLY_FLY,
            "berth:systems": ["korczewski"],
            "korczewski:platform": "fly",
            "korczewski:hosts": undefined,
            "korczewski:attach": { redis: "their-redis" },
        };
        await expect(recordProd("staging", changes)).rejects.toThrow(
            'Redis "korczewski-redis": 1 problem, nothing was touched.\n' +
                "  args.existing: \"their-redis\" is another stack's: a Redis server has one password, and is its system's own",
        );
    });

    it("is one of the stack's own where nothing is attached: staging's has staging's name", async () => {
        const graph = await recordProd("staging", { ...ONLY_FLY, "audifi:attach": undefined });
        expect(graph.list()).toEqual([...ON_FLY, ...FLY_SERVER].sort());
        expect(graph.node("audifi-db", "fly:index:App").inputs.name).toBe("audifi-db-staging");
        expect(graph.node("audifi-db-audifi").inputs).toMatchObject({
            app: "audifi-db-staging",
            database: "audifi",
        });
    });
});
