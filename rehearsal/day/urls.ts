import { askAll, publicApps } from "./outputs";
import { Act, check, Scene } from "./scene";

/** What stands in the certificate of a host that the server itself answers for. */
const PEBBLE = "Pebble Intermediate";

/** A year, as the lists of browsers ask for at least. */
const HSTS_SECONDS = 31_536_000;

/** Every URL as a browser comes to it: its name, its certificate, its path, its headers. */
export const urls: Act = {
    name: "urls",
    title: "Every URL over HTTPS, by its real name",
    async play(scene) {
        const apps = await publicApps(scene);
        const { browser } = scene.stage;
        await scene.step("each app's health check, websockets by a message there and back", () =>
            askAll(browser, apps),
        );
        const origins = [...new Set(apps.flatMap(({ urls }) => urls.map((url) => new URL(url).origin)))];
        await scene.step("plain HTTP is sent to HTTPS", () =>
            each(origins, (origin) => redirected(scene, origin)),
        );
        await scene.step("HSTS, TLS 1.2 and 1.3, nothing older", () =>
            each(origins, (origin) => secured(scene, origin)),
        );
        const issuers = await scene.step("certificates are Pebble's where the server answers by itself", () =>
            each(origins, (origin) => issuerOf(scene, origin)),
        );
        await scene.step("a host that nobody has is not answered for", () => strangers(scene));
        Object.assign(scene.figures, {
            URLs: apps.flatMap(({ urls }) => urls).length,
            hosts: origins.length,
            certificates: issuers.filter((issuer) => issuer.startsWith(PEBBLE)).length,
            websockets: apps.filter(({ healthUrl }) => healthUrl.startsWith("ws")).length,
        });
    },
};

function each<Result>(all: readonly string[], action: (one: string) => Promise<Result>): Promise<Result[]> {
    return Promise.all(all.map(action));
}

async function redirected({ stage }: Scene, origin: string): Promise<void> {
    const { status, headers } = await stage.browser.get(origin.replace(/^https:/, "http:"));
    const { location = "" } = headers;
    check([301, 302, 307, 308].includes(status), `http of ${origin} answered ${status}`);
    check(location.startsWith(origin), `http of ${origin} leads to ${location}`);
}

async function secured({ stage }: Scene, origin: string): Promise<void> {
    const { protocol, headers } = await stage.browser.get(origin);
    check(protocol === "TLSv1.3", `${origin} speaks ${protocol ?? "no TLS"}`);
    await stage.browser.get(origin, { maxVersion: "TLSv1.2" });
    const refused = await stage.browser.get(origin, { maxVersion: "TLSv1.1" }).then(
        () => "",
        (error: unknown) => String(error),
    );
    check(
        /protocol.version|unsupported.protocol/i.test(refused),
        `${origin} answers TLS 1.1 by ${refused || "200"}`,
    );
    // Fly's proxy sets no such header, and leaves it to the app.
    if (!origin.endsWith(".fly.dev")) {
        const [, seconds = "0"] = /max-age=(\d+)/.exec(headers["strict-transport-security"] ?? "") ?? [];
        check(Number(seconds) >= HSTS_SECONDS, `${origin} has HSTS for ${seconds} s`);
    }
}

/** The server's own hosts lead to the server; those behind an edge have the edge's certificate. */
async function issuerOf({ stage }: Scene, origin: string): Promise<string> {
    const { hostname } = new URL(origin);
    const [address = ""] = await stage.browser.addresses(hostname);
    const { issuer = "" } = await stage.browser.get(origin);
    const { edge, fly } = stage.world.ground;
    check(
        issuer.startsWith(PEBBLE) === ![edge, fly].includes(address),
        `${hostname} at ${address} has a certificate of ${issuer}`,
    );
    return issuer;
}

async function strangers({ stage }: Scene): Promise<void> {
    const zone = Object.values(stage.world.cloudflare.world.zones).find(({ name }) => name !== "fly.dev");
    const name = `nobody.${zone?.name ?? ""}`;
    const found = await stage.browser.addresses(name);
    check(found.length === 0, `${name} leads to ${found.join(", ")}`);
}
