import { mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { mirrorDropIn, RehearsalRegistry } from "../../rehearsal/registry";
import { digestOf, EngineImages, HeldImage } from "../support/engineImages";

const DAY_MS = 24 * 3600_000;
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const SHOP: HeldImage = { command: "serve", layers: ["lowest", "middle", "lowest"] };
/** As engines read it. */
const SHOP_CONFIG = JSON.stringify({
    ...{ architecture: "amd64", os: "linux", created: "2026-01-02T03:04:05Z" },
    config: { Cmd: ["serve"] },
    rootfs: { type: "layers", diff_ids: SHOP.layers.map(digestOf) },
});

let engine: EngineImages;
let docker: Docker;
let folder: string;
let registry: RehearsalRegistry;

beforeEach(async () => {
    engine = new EngineImages();
    engine.images.set("shop:1", SHOP);
    docker = await engine.start();
    folder = mkdtempSync(join(tmpdir(), "berth-test-registry-"));
    registry = await start();
});

afterEach(async () => {
    await registry.stop();
    await engine.stop();
    rmSync(folder, { recursive: true });
});

function start(): Promise<RehearsalRegistry> {
    return RehearsalRegistry.start({ address: "127.0.0.1", folder });
}

async function push(image: string, repository = "library/shop", tag = "1"): Promise<string> {
    return await registry.push(docker, { image, repository, tag });
}

interface Manifest {
    readonly config: { readonly digest: string };
    readonly layers: readonly {
        readonly mediaType: string;
        readonly size: number;
        readonly digest: string;
    }[];
}

async function manifestOf(reference: string, repository = "library/shop"): Promise<Manifest> {
    const response = await fetch(`${registry.url}/v2/${repository}/manifests/${reference}`);
    expect(response.status).toBe(200);
    return (await response.json()) as Manifest;
}

/** A path as it is, which `fetch` would straighten. */
async function statusOf(path: string, method = "GET"): Promise<number | undefined> {
    return await new Promise((resolve, reject) => {
        const { hostname, port } = new URL(registry.url);
        request({ hostname, port, path, method, agent: false }, (response) => {
            response.resume();
            resolve(response.statusCode);
        })
            .on("error", reject)
            .end();
    });
}

describe("an image that was pushed", () => {
    it("can be pulled by its tag and by its digest, part by part", async () => {
        const reference = await push("shop:1");
        const [, digest = ""] = reference.split("@");
        expect(reference).toBe(`library/shop:1@${digest}`);
        const manifest = await manifestOf("1");
        expect(await manifestOf(digest)).toEqual(manifest);
        expect(digestOf(JSON.stringify(manifest))).toBe(digest);
        expect(manifest).toEqual({
            schemaVersion: 2,
            mediaType: MANIFEST,
            config: {
                mediaType: "application/vnd.docker.container.image.v1+json",
                size: SHOP_CONFIG.length,
                digest: digestOf(SHOP_CONFIG),
            },
            layers: SHOP.layers.map((layer) => ({
                mediaType: "application/vnd.docker.image.rootfs.diff.tar",
                size: layer.length,
                digest: digestOf(layer),
            })),
        });
        for (const content of [SHOP_CONFIG, ...SHOP.layers]) {
            const blob = await fetch(`${registry.url}/v2/library/shop/blobs/${digestOf(content)}`);
            expect([await blob.text(), blob.headers.get("docker-content-digest")]).toEqual([
                content,
                digestOf(content),
            ]);
        }
    });

    it("is looked at without being sent", async () => {
        const [, digest = ""] = (await push("shop:1")).split("@");
        const manifest = await fetch(`${registry.url}/v2/library/shop/manifests/1`, { method: "HEAD" });
        expect([manifest.status, await manifest.text()]).toEqual([200, ""]);
        expect(Object.fromEntries(manifest.headers)).toMatchObject({
            "content-type": MANIFEST,
            "docker-content-digest": digest,
            "docker-distribution-api-version": "registry/2.0",
        });
    });

    it("is saved by the engine once, whatever is done with it then", async () => {
        const first = await push("shop:1");
        expect(await push("shop:1", "library/other", "2")).toBe(first.replace("shop:1", "other:2"));
        await registry.stop();
        registry = await start();
        expect(await push("shop:1")).toBe(first);
        expect((await manifestOf("2", "library/other")).layers).toHaveLength(3);
        expect(engine.saved).toEqual(["shop:1"]);
    });

    it("is not saved at all where only its settings are new", async () => {
        const before = await push("shop:1");
        engine.images.set("shop:2", { ...SHOP, command: "serve more" });
        const after = await push("shop:2");
        expect(after).not.toBe(before);
        expect(engine.saved).toEqual(["shop:1"]);
        const { config, layers } = await manifestOf("1");
        expect(layers).toEqual((await manifestOf(before.split("@")[1] ?? "")).layers);
        const blob = await fetch(`${registry.url}/v2/library/shop/blobs/${config.digest}`);
        expect(await blob.json()).toMatchObject({ config: { Cmd: ["serve more"] } });
    });

    it("leaves nothing but its parts and its manifest in the folder", async () => {
        const reference = await push("shop:1");
        const kept = [SHOP_CONFIG, "lowest", "middle"].map(digestOf);
        const all = [...kept, reference.split("@")[1] ?? ""].map((digest) => digest.replace("sha256:", ""));
        expect(readdirSync(join(folder, "blobs")).sort()).toEqual(all.sort());
        expect(readdirSync(join(folder, "incoming"))).toEqual([]);
    });

    it("takes its tag along from another one", async () => {
        const before = await push("shop:1");
        engine.images.set("shop:2", { command: "serve", layers: ["lowest", "new"] });
        expect(await push("shop:2")).not.toBe(before);
        expect((await manifestOf("1")).layers.map(({ digest }) => digest)).toEqual(
            ["lowest", "new"].map(digestOf),
        );
        expect((await manifestOf(before.split("@")[1] ?? "")).config.digest).toBe(digestOf(SHOP_CONFIG));
    });

    it("is the same where the engine keeps layers compressed, or without links", async () => {
        const before = await push("shop:1");
        engine.images.set("shop:1", { ...SHOP, compressed: true });
        rmSync(join(folder, "blobs"), { recursive: true });
        await registry.stop();
        registry = await start();
        expect(await push("shop:1")).toBe(before);
        expect(engine.saved).toEqual(["shop:1", "shop:1"]);
        const blob = await fetch(`${registry.url}/v2/library/shop/blobs/${digestOf("middle")}`);
        expect(await blob.text()).toBe("middle");
        expect(readdirSync(join(folder, "incoming"))).toEqual([]);
    });

    it("goes when nobody has pushed it for a month; what is pushed still stays", async () => {
        await push("shop:1");
        engine.images.set("old:1", { command: "old", layers: ["lowest", "old"] });
        await push("old:1", "library/old");
        const past = new Date(Date.now() - 31 * DAY_MS);
        const blobs = join(folder, "blobs");
        readdirSync(blobs).forEach((name) => utimesSync(join(blobs, name), past, past));
        await push("shop:1");
        await registry.stop();
        registry = await start();
        expect((await manifestOf("1")).layers).toHaveLength(3);
        expect(await statusOf("/v2/library/old/manifests/1")).toBe(404);
        expect(await statusOf(`/v2/library/old/blobs/${digestOf("old")}`)).toBe(404);
        expect(await push("old:1", "library/old")).toContain("@sha256:");
        expect(engine.saved).toEqual(["shop:1", "old:1", "old:1"]);
    });
});

describe("what can't be", () => {
    it("an image that the engine does not have", async () => {
        await expect(push("none:1")).rejects.toThrow("No such image: none");
    });

    it("an archive without one of the layers", async () => {
        engine.images.set("shop:1", { ...SHOP, without: "middle" });
        await expect(push("shop:1")).rejects.toThrow(
            `the engine saved an image without its layer ${digestOf("middle")}`,
        );
        expect(readdirSync(join(folder, "incoming"))).toEqual([]);
        expect(await statusOf("/v2/library/shop/manifests/1")).toBe(404);
    });

    it("answers to questions that a registry has none for", async () => {
        const [, digest = ""] = (await push("shop:1")).split("@");
        const asked = [
            ["/v2/", 200],
            ["/", 404],
            ["/v2/library/shop/tags/list", 404],
            ["/v2/library/shop/manifests/2", 404],
            [`/v2/library/other/manifests/${digest}`, 404],
            [`/v2/library/shop/blobs/${digestOf("none")}`, 404],
            ["/v2/library/shop/blobs/lowest", 404],
            ["/v2/../manifests/..", 404],
            ["/v2/library/shop/manifests/..", 404],
            ["/v2/../blobs/sha256:..", 404],
        ] as const;
        for (const [path, status] of asked) {
            expect([path, await statusOf(path)]).toEqual([path, status]);
        }
        expect(await statusOf("/v2/library/shop/blobs/uploads/", "POST")).toBe(405);
        const refusal = await fetch(`${registry.url}/v2/library/shop/manifests/2`);
        expect(await refusal.json()).toEqual({
            errors: [{ code: "MANIFEST_UNKNOWN", message: "library/shop has no 2" }],
        });
    });
});

test("a machine's engine gets the mirror as an option of its unit", () => {
    expect(mirrorDropIn("http://10.0.0.1:5000")).toEqual({
        path: "/etc/systemd/system/docker.service.d/rehearsal-mirror.conf",
        content: '[Service]\nEnvironment="DOCKER_OPTS=--registry-mirror=http://10.0.0.1:5000"\n',
    });
});
