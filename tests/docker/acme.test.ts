import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { connect, TLSSocket } from "node:tls";
import { pack } from "tar-stream";
import { ENTRY_PORTS, RouterConfig } from "../../lib/traefik";
import { getFile } from "../../providers/engine/files";
import { Pebble } from "../../rehearsal/acme";
import { createAuthority } from "../../rehearsal/certificates";
import { SimulatedCloudflare } from "../../rehearsal/cloudflare";
import { deriveTrusting } from "../../rehearsal/images/trusting";
import { createMachineNetwork, MachineNetwork } from "../../rehearsal/machine";
import { startEcho } from "../support/clients";
import { CloudflareCalls, startCloudflare, stopCloudflares, ZONE } from "../support/cloudflare";
import { Containers, logs, until } from "../support/containers";
import { providerOnEngine } from "../support/onEngine";
import { ProviderClient } from "../support/providerClient";
import { TestRouter } from "../support/router";

const ROUTE = "berth:index:Route";
const TRAEFIK = "traefik:v3.6";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
/** By the router, in the handshake, before any certificate is shown. */
const REFUSED = "ERR_SSL_TLSV1_UNRECOGNIZED_NAME";

jest.setTimeout(120_000);
const containers = new Containers("acme");
const { docker } = containers;
const name = containers.uniqueName();
const trusting = `${name}:trusting`;
const folder = mkdtempSync(join(tmpdir(), "berth-test-acme-"));
const removals: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
let network: MachineNetwork;
let provider: ProviderClient;
let cloudflare: SimulatedCloudflare;
let pebble: Pebble;
let config: RouterConfig;
let router: TestRouter;
let address: string;

beforeAll(async () => {
    network = await createMachineNetwork(docker, name);
    removals.push(() => network.remove());
    provider = await providerOnEngine();
    removals.push(() => provider.close());
    removals.push(stopCloudflares);
    cloudflare = await startCloudflare({ dns: { address: network.gateway } });
    const dns = cloudflare.nameServer;
    pebble = await Pebble.start({ address: network.gateway, dns, folder });
    removals.push(() => pebble.stop());
    await deriveTrusting(docker, { from: TRAEFIK, to: trusting, authorities: [pebble.apiCa] });
    removals.push(() => docker.getImage(trusting).remove());
    config = { logLevel: "ERROR", acme: { email: "ops@shop.example", server: pebble.directory } };
    router = await startRouter(trusting);
    const { NetworkSettings } = await router.container.inspect();
    address = NetworkSettings.Networks[name]?.IPAddress ?? "";
});

/** What was made goes in the opposite order, however far the making came. */
afterAll(async () => {
    for (const remove of removals.reverse()) {
        await remove();
    }
});

/** What Pebble was asked, and why it refused. */
function pebbleLog(): string {
    return readFileSync(join(folder, "pebble.log"), "utf8");
}

async function startRouter(image: string): Promise<TestRouter> {
    const started = await TestRouter.start(containers, provider, config, { image, network: name });
    removals.push(async () => {
        await containers.removeAll();
        await started.removeFiles();
    });
    return started;
}

/** Makes a host known: to the name server by its records, and to a router by a route. */
async function publish(app: string, records: Readonly<Record<string, string>>, by = router): Promise<string> {
    const host = `${app}.shop.example`;
    const calls = new CloudflareCalls(cloudflare.url);
    for (const [type, content] of Object.entries(records)) {
        await calls.result("POST", `/zones/${ZONE}/dns_records`, { type, name: host, content });
    }
    const servers = [await startEcho(app, name, containers)];
    const routes = [{ host, entryPoint: "websecure" }];
    await provider.create(ROUTE, { router: by.container.id, app, routes, servers });
    return host;
}

/** How a client that trusts some roots is greeted: with the certificate, or why there is none that it takes. */
async function greeted(host: string, ca?: string): Promise<X509Certificate | string> {
    return await new Promise((resolve) => {
        const options = { host: address, port: ENTRY_PORTS.websecure, servername: host, ca };
        const socket: TLSSocket = connect(options, () => {
            resolve(socket.getPeerX509Certificate() ?? "none");
            socket.destroy();
        });
        socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
}

/** The certificate that a host gets at last. */
async function certificateOf(host: string): Promise<X509Certificate> {
    const ca = await pebble.roots();
    let seen: X509Certificate | string = "";
    await until(
        async () => {
            seen = await greeted(host, ca);
            return typeof seen !== "string";
        },
        async () => `${String(seen)}\n${await logs(router.container)}\n${pebbleLog()}`,
    );
    return seen as unknown as X509Certificate;
}

describe("a host with a record", () => {
    it("gets a certificate of its own, by a proof at its port 80", async () => {
        const host = await publish("web", { A: address });
        const certificate = await certificateOf(host);
        expect(certificate.subjectAltName).toBe(`DNS:${host}`);
        expect(certificate.issuer).toMatch(/^CN=Pebble Intermediate CA /);
        const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;
        expect(Math.round(days)).toBe(90);
        expect(pebbleLog()).toContain(`Attempting to validate w/ HTTP: http://${host}:80/.well-known/acme-`);
    });

    it("answers over HTTPS by its real name", async () => {
        const host = "web.shop.example";
        const ca = await pebble.roots();
        const asked = new Promise<string>((resolve, reject) => {
            const lookup = (_: string, __: object, found: (error: null, at: object[]) => void) =>
                found(null, [{ address, family: 4 }]);
            get({ host, ca, agent: false, lookup: lookup as never }, (response) => {
                text(response).then(resolve, reject);
            }).on("error", reject);
        });
        expect(JSON.parse(await asked)).toMatchObject({
            name: "web",
            headers: { host, "x-forwarded-proto": "https" },
        });
    });

    it("is believed by nobody who does not know the root", async () => {
        expect(await greeted("web.shop.example")).toBe("UNABLE_TO_GET_ISSUER_CERT_LOCALLY");
    });

    it("gets one where its IPv6 address leads nowhere, too", async () => {
        const host = await publish("both", { A: address, AAAA: "2001:db8::1" });
        expect((await certificateOf(host)).subjectAltName).toBe(`DNS:${host}`);
    });
});

it("a host without a record gets none, and the router says why", async () => {
    const host = await publish("lost", {});
    await until(
        async () => (await logs(router.container)).includes(host),
        () => logs(router.container),
    );
    const told = await logs(router.container);
    expect(told).toContain("Unable to obtain ACME certificate for domains");
    expect(told).toContain(`could not resolve URL`);
    expect(await greeted(host, await pebble.roots())).toBe(REFUSED);
});

describe("an image that trusts more", () => {
    it("is needed: Traefik's own does not believe the authority", async () => {
        const distrusting = await startRouter(TRAEFIK);
        await publish("distrusting", {}, distrusting);
        await until(
            async () => (await logs(distrusting.container)).includes("signed by unknown authority"),
            () => logs(distrusting.container),
        );
    });

    it("is the same in all else, and trusts whom it trusted", async () => {
        const own = await docker.getImage(TRAEFIK).inspect();
        const derived = await docker.getImage(trusting).inspect();
        const { Config } = derived;
        expect({ ...Config, Image: "" }).toEqual({ ...own.Config, Image: "" });
        expect(derived.RootFS.Layers).toEqual([...(own.RootFS.Layers ?? []), expect.any(String)]);
        const [before, after] = await Promise.all([TRAEFIK, trusting].map(bundleOf));
        expect(after).toBe(`${before?.trimEnd() ?? ""}\n${pebble.apiCa.trimEnd()}\n`);
    });

    it("takes the place of the one before, which goes unless it has another name", async () => {
        const [to, kept] = [`${name}:replaced`, `${name}:kept`];
        const derive = async (authority: string): Promise<string> => {
            const { certificate } = await createAuthority(authority);
            await deriveTrusting(docker, { from: TRAEFIK, to, authorities: [certificate] });
            return (await docker.getImage(to).inspect()).Id;
        };
        const first = await derive("First");
        const second = await derive("Second");
        removals.push(() => docker.getImage(to).remove());
        await expect(docker.getImage(first).inspect()).rejects.toMatchObject({ statusCode: 404 });
        await docker.getImage(second).tag({ repo: name, tag: "kept" });
        removals.push(() => docker.getImage(kept).remove());
        expect(await derive("Third")).not.toBe(second);
        expect((await docker.getImage(second).inspect()).RepoTags).toEqual([kept]);
    });

    it("can't be made of one that trusts nobody", async () => {
        const { certificate } = await createAuthority("Any");
        const archive = pack();
        archive.entry({ name: "content" }, "nothing");
        archive.finalize();
        const empty = `${name}:empty`;
        await text(await docker.importImage(Readable.from(archive), { repo: name, tag: "empty" }));
        removals.push(() => docker.getImage(empty).remove());
        await expect(
            deriveTrusting(docker, { from: empty, to: `${name}:none`, authorities: [certificate] }),
        ).rejects.toThrow(`the image ${empty} has no file ${BUNDLE}`);
    });
});

async function bundleOf(image: string): Promise<string> {
    const container = await containers.create(image);
    return (await getFile(docker, container.id, BUNDLE)) ?? "";
}

it("a second Pebble in the same folder ends the first, and has roots of its own", async () => {
    const before = await pebble.roots();
    const next = await Pebble.start({ address: network.gateway, dns: cloudflare.nameServer, folder });
    await expect(pebble.roots()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await next.roots()).not.toBe(before);
    await next.stop();
});

it("a port that is taken is said", async () => {
    const other = await Pebble.start({
        address: network.gateway,
        dns: cloudflare.nameServer,
        folder: join(folder, "one"),
    });
    const port = Number(new URL(other.directory).port);
    const started = Pebble.start({
        ...{ address: network.gateway, dns: cloudflare.nameServer, port },
        folder: join(folder, "two"),
    });
    await expect(started).rejects.toThrow(/^pebble ended before it answered:\n[^]*address already in use/);
    await other.stop();
});
