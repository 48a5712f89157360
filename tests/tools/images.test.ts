import fs from "node:fs";
import http from "node:http";
import { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { CONNECTOR_IMAGE } from "../../components/images";
import { LOCK_FILE, resolve } from "../../lib/images";
import { askDigests } from "../../tools/images/digests";
import { imageTable, listImages } from "../../tools/images/list";
import { readLock, writeLock } from "../../tools/images/lockFile";
import { namedByProgram } from "../../tools/images/named";
import { loginFor } from "../../tools/images/logins";
import { kitLock, refuseForeignDigests, sourceOf } from "../../tools/images/sources";
import { stackImages } from "../../tools/images/stackImages";
import { updateLock } from "../../tools/images/update";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-images-"));
});
afterEach(() => {
    fs.rmSync(folder, { recursive: true });
});
const inFolder = (name: string, text: string, mode = 0o644): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, text, { mode });
    return file;
};

/** Answers as an engine does whose registries say this. */
class TalkingEngine {
    readonly credentials: unknown[] = [];
    private readonly server = http.createServer((request, response) => {
        const auth = request.headers["x-registry-auth"];
        if (typeof auth === "string") {
            this.credentials.push(JSON.parse(Buffer.from(auth, "base64url").toString()));
        }
        const name = /\/distribution\/(.+)\/json$/.exec(request.url ?? "")?.[1] ?? "";
        const [status, said] = this.answers[name] ?? [404, "manifest unknown: manifest unknown"];
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(status === 200 ? { Descriptor: { digest: said } } : { message: said }));
    });

    constructor(private readonly answers: Record<string, [number, string]>) {}

    async docker(): Promise<Docker> {
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        const { port } = this.server.address() as AddressInfo;
        return new Docker({ host: "127.0.0.1", port, protocol: "http" });
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

describe("asking the registries", () => {
    const dial = 'Get "https://r.example/v2/": dial tcp: lookup r.example: no such host';
    const engine = new TalkingEngine({
        "web:1": [200, digest("1")],
        "old:1": [200, digest("2")],
        "r.example/web:1": [500, dial],
        "ghcr.io/team/web:1": [403, "denied: requested access to the resource is denied"],
        "odd:1": [500, "out of cheese"],
    });
    let docker: Docker;
    beforeAll(async () => {
        docker = await engine.docker();
    });
    afterAll(() => engine.stop());

    const nobody = () => Promise.resolve(undefined);

    it("gives digests, and says of each other one why there is none", async () => {
        const references = ["web:1", "gone:1", "r.example/web:1", "ghcr.io/team/web:1", "odd:1", "No:1"];
        expect(await askDigests(docker, references, nobody)).toEqual([
            { reference: "web:1", digest: digest("1") },
            {
                reference: "gone:1",
                problem: {
                    path: "gone:1",
                    message: "the registry docker.io has no such image",
                    fix: "Check name and tag at the registry.",
                },
            },
            {
                reference: "r.example/web:1",
                problem: {
                    path: "r.example/web:1",
                    message: "the registry r.example cannot be reached",
                    fix: "Check the network, the engine's proxies and mirrors; then run this again.",
                },
            },
            {
                reference: "ghcr.io/team/web:1",
                problem: {
                    path: "ghcr.io/team/web:1",
                    message: "the registry ghcr.io has no such image, or does not show it to you",
                    fix: "Check the name; if the image is private: docker login ghcr.io",
                },
            },
            {
                reference: "odd:1",
                problem: {
                    path: "odd:1",
                    message: "the registry docker.io gave no digest: out of cheese",
                },
            },
            { reference: "No:1", problem: { path: "No:1", message: "is no reference of an image" } },
        ]);
    });

    it("sends along what each registry's login is, and to no other", async () => {
        const login = (registry: string) =>
            Promise.resolve(registry === "ghcr.io" ? { username: "me", password: "p" } : undefined);
        engine.credentials.length = 0;
        await askDigests(docker, ["web:1", "ghcr.io/team/web:1"], login);
        expect(engine.credentials).toEqual([{ username: "me", password: "p" }]);
    });

    it("says that the engine is gone", async () => {
        const gone = new Docker({ socketPath: path.join(folder, "none.sock") });
        const [asked] = await askDigests(gone, ["web:1"], nobody);
        expect(asked).toMatchObject({
            problem: {
                message: expect.stringMatching(/^the Docker engine does not answer: .*ENOENT/) as string,
            },
        });
    });

    it("pins what it asked for and keeps the rest, in order", async () => {
        const file = inFolder("lock.json", '{ "images": { "zoo:1": "zoo:1.0.0", "old:1": "old:1.0.0" } }');
        const changes = [
            { reference: "web:1", before: undefined, after: `web:1@${digest("1")}` },
            { reference: "old:1", before: "old:1.0.0", after: `old:1@${digest("2")}` },
        ];
        expect(await updateLock(docker, file, ["web:1", "old:1"])).toEqual(changes);
        expect(fs.readFileSync(file, "utf8")).toBe(
            `{
  "images": {
    "old:1": "old:1@${digest("2")}",
    "web:1": "web:1@${digest("1")}",
    "zoo:1": "zoo:1.0.0"
  }
}
`,
        );
        expect(await updateLock(docker, file, ["web:1", "old:1"])).toEqual([]);
        expect(fs.readdirSync(folder)).toEqual(["lock.json"]);
    });

    it("leaves the lock alone when one is not to be had, and names all of those", async () => {
        const text = '{ "images": { "web:1": "web:1.0.0" } }';
        const file = inFolder("lock.json", text);
        await expect(updateLock(docker, file, ["web:1", "gone:1", "r.example/web:1"])).rejects.toThrow(
            `Update of the images: 2 problems, nothing was touched.
  gone:1: the registry docker.io has no such image
      Check name and tag at the registry.
  r.example/web:1: the registry r.example cannot be reached
      Check the network, the engine's proxies and mirrors; then run this again.`,
        );
        expect(fs.readFileSync(file, "utf8")).toBe(text);
    });

    it("shows how the lock stands to the registries", async () => {
        const lock = {
            images: {
                "web:1": `web:1@${digest("1")}`,
                "old:1": `old:1@${digest("3")}`,
                "gone:1": "gone:1.0.0",
            },
        };
        const references = ["web:1", "old:1", "gone:1", "odd:1"];
        const [, , ...rows] = imageTable(await listImages(docker, lock, references)).split("\n");
        expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
            ["web:1", "web:1@sha256:111111111111…", "sha256:111111111111…", "current"],
            ["old:1", "old:1@sha256:333333333333…", "sha256:222222222222…", "another one at the registry"],
            ["gone:1", "gone:1.0.0", "–", "locked; the registry docker.io has no such image"],
            ["odd:1", "–", "–", "not in the lock; the registry docker.io gave no digest: out of cheese"],
        ]);
    });

    it("shows the lock without an engine, too", async () => {
        const [image] = await listImages(undefined, { images: { "web:1": "web:1.0.0" } }, ["web:1"]);
        expect(image).toEqual({
            reference: "web:1",
            pinned: "web:1.0.0",
            newest: undefined,
            state: "locked; no Docker engine answers here to ask with",
        });
    });
});

describe("a lock file", () => {
    it("that is not there yet is empty, and a broken one is refused as a whole", () => {
        expect(readLock(path.join(folder, "none.json"))).toEqual({ images: {} });
        const file = inFolder("lock.json", '{ "images": { "a:1": "b:1.0.0", "c:1": "c:1" } }');
        expect(() => readLock(file)).toThrow(/^The lock of the images: 2 problems, nothing was touched\./);
    });

    it("is read as it was written", () => {
        const file = path.join(folder, "new/lock.json");
        writeLock(file, { images: { "b:1": "b:1.0.0", "a:1": "a:1.0.0" } });
        expect(Object.entries(readLock(file).images)).toEqual([
            ["a:1", "a:1.0.0"],
            ["b:1", "b:1.0.0"],
        ]);
    });

    it("of the stand-ins is never the one that is committed", async () => {
        const kit = sourceOf("air-gapped", undefined);
        expect(kit.lockFile).toBe(kitLock);
        expect(await kit.references()).toEqual(expect.arrayContaining(["postgres:16", "traefik:v3.6"]));
        refuseForeignDigests("air-gapped", kit);
        const committed = sourceOf("online", undefined);
        refuseForeignDigests("online", committed);
        expect(sourceOf("air-gapped", LOCK_FILE)).toMatchObject({ lockFile: committed.lockFile });
        expect(() => refuseForeignDigests("air-gapped", committed)).toThrow("none of them is reachable here");
    });

    it("has every image that the program names, and so has the list of the committed one", async () => {
        const source = sourceOf("online", undefined);
        const lock = readLock(source.lockFile);
        const named = await namedByProgram();
        expect(named).toEqual(
            expect.arrayContaining(["postgres:16", "redis:7", "traefik:v3.6", CONNECTOR_IMAGE]),
        );
        expect(named.filter((reference) => resolve(lock, reference) === undefined)).toEqual([]);
        expect(await source.references()).toEqual(Object.keys(lock.images));
    });
});

describe("what docker login has kept", () => {
    const auth = (text: string) => Buffer.from(text).toString("base64");

    it("is found in its file, by registry", async () => {
        inFolder(
            "config.json",
            JSON.stringify({
                auths: {
                    "ghcr.io": { auth: auth("me:pass:word") },
                    "https://index.docker.io/v1/": { auth: auth("hub:h") },
                    "token.example": { auth: "", identitytoken: "t" },
                },
            }),
        );
        const env = { DOCKER_CONFIG: folder };
        const [github, hub, token, other] = await Promise.all(
            ["ghcr.io", "docker.io", "token.example", "other.example"].map((registry) =>
                loginFor(registry, env),
            ),
        );
        expect(github).toEqual({ username: "me", password: "pass:word", serveraddress: "ghcr.io" });
        expect(hub).toMatchObject({ username: "hub", password: "h" });
        expect(token).toMatchObject({ identitytoken: "t" });
        expect(other).toBeUndefined();
    });

    it("is asked of the helper that the file names, which gets the server on stdin", async () => {
        inFolder(
            "config.json",
            JSON.stringify({ credHelpers: { "ghcr.io": "berth-test" }, credsStore: "none" }),
        );
        const script = `#!/bin/sh
read -r server
[ "$1 $server" = "get ghcr.io" ] && echo '{"Username":"me","Secret":"s"}'
`;
        inFolder("docker-credential-berth-test", script, 0o755);
        const env = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env.PATH ?? ""}` };
        expect(await loginFor("ghcr.io", env)).toEqual({
            username: "me",
            password: "s",
            serveraddress: "ghcr.io",
        });
        expect(await loginFor("docker.io", env)).toBeUndefined();
    });

    it("is nothing where nobody has logged in", async () => {
        expect(await loginFor("ghcr.io", { DOCKER_CONFIG: path.join(folder, "none") })).toBeUndefined();
    });
});

describe("a stack's own images", () => {
    it("are checked where they are set", () => {
        inFolder(
            "Pulumi.shop.yaml",
            `config:
  berth:domain: example.org
  quiz:images: { web: "ghcr.io/team/quiz:1.4.2", ws: "ghcr.io/team/quiz-ws:latest" }
  shop:images:
    api: { secure: v1:abc }
`,
        );
        const images = stackImages("shop", folder);
        expect(images.map(({ path: at, reference, problems }) => [at, reference, problems.length])).toEqual([
            ["quiz:images.web", "ghcr.io/team/quiz:1.4.2", 0],
            ["quiz:images.ws", "ghcr.io/team/quiz-ws:latest", 1],
            ["shop:images.api", "–", 1],
        ]);
        expect(images[1]?.problems[0]?.fix).toMatch(
            /\n {6}npx pulumi config set --stack shop --path 'quiz:images\.ws' REFERENCE$/,
        );
    });

    it("may be none, and need a file of the stack", () => {
        inFolder("Pulumi.empty.yaml", "");
        expect(stackImages("empty", folder)).toEqual([]);
        expect(() => stackImages("none", folder)).toThrow("There is no Pulumi.none.yaml.");
    });
});
