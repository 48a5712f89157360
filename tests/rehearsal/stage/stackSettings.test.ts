import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { zonesOf } from "../../../rehearsal/stage/hosts";
import { StackSettings } from "../../../rehearsal/stage/plainSettings";
import { rehearsedSettings, Surroundings } from "../../../rehearsal/stage/stackSettings";
import { readSettings } from "../../../stacks/settings";
import { SYSTEMS } from "../../../systems";
import { rawConfig } from "../../support/config";

const SAMPLE = `berth-sample:1.0.0@sha256:${"a".repeat(64)}`;

const SURROUNDINGS: Surroundings = {
    gateway: "172.30.0.1",
    acme: { directory: "https://172.30.0.1:14000/dir", issuer: "pebble.letsencrypt.org" },
    cloudflare: { accountId: "0123456789abcdef0123456789abcdef" },
    fly: { url: "http://127.0.0.1:4000" },
    imageLock: ".state/prod-rehearsal.lock.json",
    imageOf: (set) => (set === undefined ? SAMPLE : `own/${set}`),
};

const rehearsed = (own: StackSettings) => rehearsedSettings(own, SYSTEMS, SURROUNDINGS);

function fileOf(stack: string): StackSettings {
    const text = readFileSync(join(__dirname, "../../..", `Pulumi.${stack}.yaml`), "utf8");
    return (parse(text) as { config: StackSettings }).config;
}

/** What the program makes of the settings of a rehearsal: it refuses all that it would refuse of a stack's own. */
function read(settings: Readonly<Record<string, unknown>>) {
    const lock = JSON.stringify({ images: { "postgres:16": "postgres:16.14" } });
    const environment = { HCLOUD_TOKEN: "a", CLOUDFLARE_API_TOKEN: "b", FLY_API_TOKEN: "c" };
    return readSettings({
        ...rawConfig("prod-rehearsal", { ...settings }),
        environment,
        readFile: () => lock,
    });
}

describe.each([
    { stack: "prod", protect: true },
    { stack: "staging", protect: false },
])("the settings of a rehearsed $stack", ({ stack, protect }) => {
    it("are all that the program needs, however little the stack's file has yet", () => {
        const { settings } = rehearsed(fileOf(stack));
        expect(read(settings)).toMatchObject({ composition: "prod", protect });
    });

    it("keep what is no secret as it is", () => {
        const own = fileOf(stack);
        const { settings } = rehearsed(own);
        const kept = Object.keys(own).filter((key) => settings[key] === own[key]);
        expect(kept).toContain("berth:serverType");
        expect(kept).toContain("korczewski:hosts");
        expect(kept).toContain("connected-repo:webappUrl");
    });
});

it("replaces the clouds' addresses, adds the runner's own, and leaves out ways in that there are not", () => {
    const { settings } = rehearsed({
        "berth:sshFrom": ["203.0.113.7/32"],
        "berth:sshThrough": "cloudflareAccess",
        "berth:sshHost": "ssh.example.com",
        "berth:wildcards": ["*.example.com"],
        "berth:cloudflareAccountId": "ffffffffffffffffffffffffffffffff",
        "partyquiz:registryAddress": "ghcr.io",
        "audifi:attach": { db: "audifi-db" },
    });
    expect(settings).toMatchObject({
        "berth:sshFrom": ["203.0.113.7/32", "172.30.0.1/32"],
        "berth:acmeServer": "https://172.30.0.1:14000/dir",
        "berth:acmeIssuer": "pebble.letsencrypt.org",
        "berth:cloudflareAccountId": "0123456789abcdef0123456789abcdef",
        "berth:inventSecrets": "true",
        "fly:baseUrl": "http://127.0.0.1:4000",
    });
    expect(Object.keys(settings)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/sshThrough|sshHost|wildcards|registry|attach/)]),
    );
});

it("takes over nothing that says where a cloud is, or who one is there", () => {
    const { settings } = rehearsed({
        "hcloud:endpoint": "https://api.hetzner.cloud/v1",
        "cloudflare:baseUrl": "https://api.cloudflare.com/client/v4",
        "docker:host": "ssh://production",
        "fly:baseUrl": "https://api.machines.dev",
    });
    expect(JSON.stringify(settings)).not.toMatch(/hetzner\.cloud|cloudflare\.com|production|machines\.dev/);
    expect(settings["fly:baseUrl"]).toBe("http://127.0.0.1:4000");
});

it("takes the images that the stack sets, and the sample app for the others", () => {
    const { settings, changes } = rehearsed({ "partyquiz:images": { web: "ghcr.io/team/web:1.0.0" } });
    expect(settings["partyquiz:images"]).toEqual({ web: "own/ghcr.io/team/web:1.0.0", ws: SAMPLE });
    expect(changes).toContain("partyquiz:images.ws is the sample app: none is set");
    expect(changes).not.toContain("partyquiz:images.web is the sample app: none is set");
});

it("knows a zone for every host: those that are set, and the likely ones of the others", () => {
    const own = {
        "berth:domain": "team.example",
        "berth:zones": { "korczewski.de": "a-zone" },
        "korczewski:hosts": { frontend: "l2p.korczewski.de" },
        "audifi:hosts": { api: "audifi-api.fly.dev" },
    };
    const zones = zonesOf(own, SYSTEMS);
    expect(zones).toEqual({
        "korczewski.de": "a-zone",
        "team.example": expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    });
    expect(zonesOf(own, SYSTEMS)).toEqual(zones);
});

const secure = { secure: "v1:0123456789abcdef" };
const partyquiz = SYSTEMS.filter(({ name }) => name === "partyquiz");

it("keeps zones whose ids are secrets by their names, and makes the ids up", () => {
    const own = { "berth:zones": { "team.co.uk": secure, "example.com": "0".repeat(32) } };
    const hosts = { web: "play.team.co.uk" };
    const { settings, changes } = rehearsedSettings(
        { ...own, "partyquiz:hosts": hosts },
        partyquiz,
        SURROUNDINGS,
    );
    const id = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(settings["berth:zones"]).toEqual({ "team.co.uk": id, "example.com": "0".repeat(32) });
    expect(settings["berth:zones"]).toEqual(zonesOf({ ...own, "partyquiz:hosts": hosts }, partyquiz));
    expect(changes).toContain("berth:zones.team.co.uk is left out: a secret: one is made up");
});

it.each<[string, StackSettings, Record<string, string> | undefined]>([
    ["a host that is a secret", { "partyquiz:hosts": { web: secure } }, undefined],
    ["all hosts in one secret", { "partyquiz:hosts": secure }, undefined],
    [
        "zones in one secret",
        { "partyquiz:hosts": { web: "play.example" }, "berth:zones": secure },
        { web: "play.example" },
    ],
    ["nothing at all", {}, undefined],
])("has a name and a zone for each host of a stack with %s", (_, own, hosts) => {
    const { settings } = rehearsedSettings(
        { ...own, "berth:systems": ["partyquiz"] },
        partyquiz,
        SURROUNDINGS,
    );
    const { systems, composition } = read({ ...settings, "berth:sshFrom": ["192.0.2.1/32"] });
    expect(composition).toBe("prod");
    expect(systems[0]?.hosts).toEqual(hosts ?? { web: "partyquiz.rehearsal.example" });
    const [zone] = Object.keys(settings["berth:zones"] as object);
    expect(zone).toBe(hosts ? "play.example" : "rehearsal.example");
});

it("names no host that Fly names itself", () => {
    const own = { "berth:systems": ["audifi"], "audifi:platform": "fly" };
    const audifi = SYSTEMS.filter(({ name }) => name === "audifi");
    const { settings } = rehearsedSettings(own, audifi, SURROUNDINGS);
    expect(settings).not.toHaveProperty(["berth:domain"]);
    expect(settings).not.toHaveProperty(["berth:zones"]);
});

it("takes values, images and a list's entries that are secrets for ones that are not set", () => {
    const { settings, changes } = rehearsed({
        "connected-repo:webappUrl": secure,
        "connected-repo:images": { api: secure },
        "connected-repo:limits": { api: { cpus: 2, memoryMb: secure } },
        "berth:sshFrom": [secure, "203.0.113.7/32"],
    });
    expect(settings).toMatchObject({
        "connected-repo:webappUrl": "rehearsal",
        "connected-repo:images": { api: SAMPLE },
        "connected-repo:limits": { api: { cpus: 2 } },
        "berth:sshFrom": ["203.0.113.7/32", "172.30.0.1/32"],
    });
    expect(changes).toEqual(
        expect.arrayContaining(
            ["webappUrl", "images.api", "limits.api.memoryMb"].map(
                (path) => `connected-repo:${path} is left out: a secret: one is made up`,
            ),
        ),
    );
});

it("takes the one Debian that machines are, and says so; what the program refuses it leaves to the program", () => {
    const { settings, changes } = rehearsed({ "berth:serverImage": "debian-13" });
    expect(settings["berth:serverImage"]).toBe("debian-12");
    expect(changes).toContain("berth:serverImage is debian-12: machines are Debian 12");
    expect(rehearsed({ "berth:serverImage": "centos-7" }).settings["berth:serverImage"]).toBe("centos-7");
    expect(rehearsed({}).settings).not.toHaveProperty(["berth:serverImage"]);
});

it("takes over no secret, wherever in the settings one stands", () => {
    const digit = fc.constantFrom(..."0123456789abcdef".split(""));
    const secret = fc
        .string({ unit: digit, minLength: 16, maxLength: 40 })
        .map((text) => ({ secure: `v1:${text}` }));
    const value = fc.oneof(secret, fc.record({ inner: secret }), fc.array(secret, { minLength: 1 }));
    const keys = fc.constantFrom(
        ...["hcloud:token", "fly:token", "cloudflare:apiToken", "berth:dnsToken", "other:thing"],
        ...SYSTEMS.flatMap(({ name, secrets }) => Object.keys(secrets).map((each) => `${name}:${each}`)),
    );
    fc.assert(
        fc.property(fc.dictionary(keys, value), (own) => {
            const result = JSON.stringify(rehearsed(own));
            expect(result).not.toContain("secure");
            expect(result).not.toMatch(/v1:[0-9a-f]{16}/);
        }),
    );
});
