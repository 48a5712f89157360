import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { parseReference, sameRepository } from "../../lib/imageReference";
import { checkLocked, checkPinned, LOCK_FILE, parseLock, resolve } from "../../lib/images";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("a reference", () => {
    test.each([
        ["postgres", "docker.io", "library/postgres", undefined, undefined],
        ["postgres:16", "docker.io", "library/postgres", "16", undefined],
        ["docker.io/postgres:16", "docker.io", "library/postgres", "16", undefined],
        ["index.docker.io/library/postgres", "docker.io", "library/postgres", undefined, undefined],
        ["cloudflare/cloudflared:2026.9.1", "docker.io", "cloudflare/cloudflared", "2026.9.1", undefined],
        ["ghcr.io/team/web:main-1a2b3c4", "ghcr.io", "team/web", "main-1a2b3c4", undefined],
        ["localhost/web", "localhost", "web", undefined, undefined],
        ["127.0.0.1:5000/web", "127.0.0.1:5000", "web", undefined, undefined],
        ["[::1]:5000/a/b/web:1", "[::1]:5000", "a/b/web", "1", undefined],
        [`Registry/web@${DIGEST}`, "Registry", "web", undefined, DIGEST],
        [`web:1.4@${DIGEST}`, "docker.io", "library/web", "1.4", DIGEST],
    ])("%s", (text, registry, repository, tag, digest) => {
        expect(parseReference(text)).toEqual({ registry, repository, tag, digest });
    });

    test.each([
        "",
        ":1",
        "Web",
        "web:",
        "web: 1",
        "web:-1",
        "web@sha256:12",
        `web@sha512:${"a".repeat(128)}`,
        `web@${DIGEST}@${DIGEST}`,
        "ghcr.io/",
        "a//b",
        "https://ghcr.io/team/web",
        "0123456789abcdef".repeat(4),
        `web:${"1".repeat(129)}`,
        "w".repeat(256),
    ])("%j is none", (text) => {
        expect(parseReference(text)).toBeUndefined();
    });

    it("is of one repository with a longer way to write it, and of no other", () => {
        const [short, long, other] = ["redis:7", "docker.io/library/redis", "ghcr.io/library/redis"].map(
            parseReference,
        );
        expect(short && long && sameRepository(short, long)).toBe(true);
        expect(short && other && sameRepository(short, other)).toBe(false);
    });
});

describe("what is pinned", () => {
    test.each([
        `web@${DIGEST}`,
        `web:latest@${DIGEST}`,
        `registry.example:5000/team/web@${DIGEST}`,
        "web:1.4.2",
        "web:v1.4.2",
        "web:1.4.2-alpine3.20",
        "web:1.4.2_build7",
        "web:1.4.2.8",
        "cloudflare/cloudflared:2026.9.1",
        "traefik:v3.6.25",
        "postgres:16.14",
        "postgres:16.14-alpine",
        "registry.example:5000/mirror/postgres:17.10-bookworm",
        "web:1a2b3c4",
        "web:sha-1a2b3c4d",
        "ghcr.io/team/web:main-1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d",
        "debian:bookworm-20260105",
    ])("%s", (reference) => {
        expect(checkPinned("image", reference)).toEqual([]);
    });

    test.each([
        "web:latest",
        "web:16",
        "web:1.4",
        "web:v3.6",
        "web:main",
        "web:stable",
        "web:1.4-alpine",
        "web:1a2b3c",
        "web:1A2B3C4",
        `web:${"a".repeat(41)}`,
        "web:abcdefg",
        "postgres:16",
        "postgres:9.6",
        "postgres:16-alpine",
        "postgres:16.x",
        "team/postgresql:16.14",
        "127.0.0.1:5000/web",
    ])("%s is not", (reference) => {
        expect(checkPinned("image", reference)).toHaveLength(1);
    });

    it("is told apart in full", () => {
        expect(checkPinned("partyquiz:images.web", "ghcr.io/team/web")).toEqual([
            {
                path: "partyquiz:images.web",
                message:
                    '"ghcr.io/team/web" has no tag: that is "latest", another image from one day to the next',
                fix: "Name a full version (ghcr.io/team/web:1.4.2), a commit (ghcr.io/team/web:1a2b3c4) or a digest (ghcr.io/team/web@sha256:…).",
            },
        ]);
        expect(checkPinned("image", "postgres:16")).toEqual([
            {
                path: "image",
                message:
                    '"postgres:16" floats: "16" is no full version and no commit, so it may be another image tomorrow',
                fix: "Name a full version (postgres:16.14), a commit (postgres:1a2b3c4) or a digest (postgres@sha256:…).",
            },
        ]);
        expect(checkPinned("image", "web@sha256:12")).toEqual([
            {
                path: "image",
                message: '"web@sha256:12" is no reference of an image: [registry/]name[:tag][@sha256:digest]',
                fix: "Write it as `docker pull` takes it; a digest has 64 hexadecimal digits.",
            },
        ]);
    });

    const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
    const names = fc
        .tuple(fc.constantFrom("", "ghcr.io/", "localhost:5000/", "r.example.org:443/"), label, label)
        .map(([registry, team, name]) => `${registry}${team}/${name}`);

    it("is whatever carries a digest, wherever it comes from", () => {
        fc.assert(
            fc.property(names, fc.option(label), fc.stringMatching(/^[0-9a-f]{64}$/), (name, tag, hex) => {
                const reference = `${name}${tag === null ? "" : `:${tag}`}@sha256:${hex}`;
                expect(checkPinned("image", reference)).toEqual([]);
                expect(parseReference(reference)).toMatchObject({ digest: `sha256:${hex}` });
            }),
        );
    });

    it("never is a word, nor a version with one number or two", () => {
        const words = fc.constantFrom("latest", "stable", "main", "edge", "next", "nightly", "lts");
        const versions = fc
            .tuple(fc.nat(99), fc.option(fc.nat(99)), fc.constantFrom("", "v"))
            .map(([major, minor, v]) => `${v}${major}${minor === null ? "" : `.${minor}`}`);
        const suffix = fc.constantFrom("", "-alpine", "-slim", "-bookworm");
        fc.assert(
            fc.property(names, fc.oneof(words, versions), suffix, (name, tag, end) => {
                fc.pre(!name.endsWith("/postgres"));
                expect(checkPinned("image", `${name}:${tag}${end}`)).toHaveLength(1);
            }),
        );
    });
});

const lockOf = (images: Record<string, unknown>) => parseLock(JSON.stringify({ images }));

describe("a lock", () => {
    it("is the one of this project, and pins all that it has", () => {
        const text = fs.readFileSync(path.resolve(__dirname, "../..", LOCK_FILE), "utf8");
        const { lock, problems } = parseLock(text);
        expect(problems).toEqual([]);
        expect(Object.keys(lock.images)).toEqual(
            expect.arrayContaining(["postgres:16", "redis:7", "traefik:v3.6"]),
        );
        for (const reference of Object.keys(lock.images)) {
            expect(checkPinned(reference, resolve(lock, reference) ?? "")).toEqual([]);
        }
    });

    test.each([
        ["postgres:16", "postgres:16.14"],
        ["postgres:16-alpine", `postgres:16.14-alpine@${DIGEST}`],
        ["postgres:16", `docker.io/library/postgres@${DIGEST}`],
        ["traefik:v3.6", "traefik:v3.6.25"],
        ["web", "web:1.4.2"],
        ["web:latest", "web:1.4.2"],
        ["web:stable", `web:stable@${DIGEST}`],
        [`web@${DIGEST}`, `web@${DIGEST}`],
    ])("may have %s → %s", (reference, pinned) => {
        expect(lockOf({ [reference]: pinned })).toEqual({
            lock: { images: { [reference]: pinned } },
            problems: [],
        });
    });

    it("tells everything that is wrong at once", () => {
        const { problems } = lockOf({
            "postgres:16": "postgres:17.10",
            "postgres:1": "postgres:16.14",
            "redis:7": `valkey:7.4.1@${DIGEST}`,
            "redis:7-alpine": "redis:7.4.11",
            "traefik:v3.6": "traefik:v3",
            "Web:1": "web:1.0.0",
            "web:1": 7,
            [`web@${DIGEST}`]: `web@sha256:${"a".repeat(64)}`,
        });
        expect(problems.map(({ path: at, message, fix }) => [at, message, fix])).toEqual([
            [
                "images.lock.json: postgres:16",
                '"postgres:17.10" is none of "postgres:16"',
                "npm run images -- update postgres:16",
            ],
            [
                "images.lock.json: postgres:1",
                '"postgres:16.14" is none of "postgres:1"',
                "npm run images -- update postgres:1",
            ],
            [
                "images.lock.json: redis:7",
                `"valkey:7.4.1@${DIGEST}" is an image of another name`,
                "npm run images -- update redis:7",
            ],
            [
                "images.lock.json: redis:7-alpine",
                '"redis:7.4.11" is none of "redis:7-alpine"',
                "npm run images -- update redis:7-alpine",
            ],
            [
                "images.lock.json: traefik:v3.6",
                '"traefik:v3" floats: "v3" is no full version and no commit, so it may be another image tomorrow',
                "npm run images -- update traefik:v3.6",
            ],
            ["images.lock.json: Web:1", '"Web:1" is no reference of an image', undefined],
            [
                "images.lock.json: web:1",
                "is no text: the pinned reference stands there",
                "npm run images -- update web:1",
            ],
            [
                `images.lock.json: web@${DIGEST}`,
                `"web@sha256:${"a".repeat(64)}" is none of "web@${DIGEST}"`,
                `npm run images -- update web@${DIGEST}`,
            ],
        ]);
    });

    test.each(["", "{", "[]", "{}", "null", '{ "images": [] }', '{ "images": "x" }'])(
        "%j is none",
        (text) => {
            expect(parseLock(text, "other.json")).toEqual({
                lock: { images: {} },
                problems: [
                    {
                        path: "other.json",
                        message:
                            'is no lock of images: JSON, { "images": { "<reference>": "<pinned reference>" } }',
                        fix: "Take the file back from git, or remove it; then: npm run images -- update",
                    },
                ],
            });
        },
    );
});

describe("what stands for a reference", () => {
    const { lock } = lockOf({ "postgres:16": "postgres:16.14" });

    it("is the lock's image, or itself when it is pinned", () => {
        expect(resolve(lock, "postgres:16")).toBe("postgres:16.14");
        expect(resolve(lock, "web:1.4.2")).toBe("web:1.4.2");
        expect(checkLocked("router", lock, "postgres:16")).toEqual([]);
        expect(checkLocked("router", lock, "web:1.4.2")).toEqual([]);
    });

    it("is nothing for one that floats and is not locked, nor for what every object has", () => {
        expect(resolve(lock, "redis:7")).toBeUndefined();
        expect(resolve(lock, "constructor")).toBeUndefined();
        expect(checkLocked("router", lock, "redis:7", ".state/images.lock.json")).toEqual([
            {
                path: "router",
                message: '"redis:7" floats, and .state/images.lock.json has no image for it',
                fix: "npm run images -- update redis:7",
            },
        ]);
    });
});
