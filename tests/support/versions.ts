import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";

/** Answers its version to every request, `/slow?ms=3000` after three seconds, and ends at once on SIGTERM. */
const SERVER = `const http = require("node:http");
const server = http.createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://x");
    const answer = () => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ version: process.env.APP_VERSION }));
    };
    request.resume().on("end", () => setTimeout(answer, Number(searchParams.get("ms"))));
});
if (process.env.APP_BROKEN) {
    console.error("last words of " + process.env.APP_VERSION);
    process.exit(3);
}
process.on("SIGTERM", () => process.exit(0));
server.listen(Number(process.env.PORT));
`;

/** What `npx prisma migrate deploy` finds in the image. */
const MIGRATE = `#!/usr/bin/env node
console.log("migrated to " + process.env.APP_VERSION);
if (process.env.APP_IRREVERSIBLE) {
    console.log("berth:irreversible " + process.env.APP_IRREVERSIBLE);
}
process.exitCode = process.env.APP_FAILING ? 1 : 0;
`;

const DOCKERFILE = `FROM node:20-slim
WORKDIR /app
COPY . .
ARG VERSION
ARG BROKEN
ARG IRREVERSIBLE
ARG FAILING
ENV APP_VERSION=$VERSION APP_BROKEN=$BROKEN APP_IRREVERSIBLE=$IRREVERSIBLE APP_FAILING=$FAILING
USER node
CMD ["node", "server.js"]
`;

/** What is special about a version. */
export interface Special {
    /** It exits as soon as it starts. */
    readonly broken?: boolean;
    /** Its migration declares that it cannot be undone, for this reason. */
    readonly irreversible?: string;
    /** Its migration fails, once it has said what it has to say. */
    readonly failing?: boolean;
}

/**
 * Versions of a small app as images of the engine. They are named as those of a registry that nobody can be at, so that one
 * that is removed is missing at once.
 */
export class Versions {
    private readonly built: string[] = [];

    constructor(private readonly name: string) {}

    /** Reference of a version's image, built or not. */
    imageOf(version: number): string {
        return `127.0.0.1:9/${this.name}:${version}.0.0`;
    }

    async build(version: number, special: Special = {}): Promise<void> {
        const { broken = false, irreversible = "", failing = false } = special;
        const folder = mkdtempSync(join(tmpdir(), "berth-test-version-"));
        try {
            const bin = join(folder, "node_modules", ".bin");
            mkdirSync(bin, { recursive: true });
            writeFileSync(join(folder, "server.js"), SERVER);
            writeFileSync(join(bin, "prisma"), MIGRATE, { mode: 0o755 });
            writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
            const values = [
                `VERSION=${version}`,
                `BROKEN=${broken ? "1" : ""}`,
                `IRREVERSIBLE=${irreversible}`,
                `FAILING=${failing ? "1" : ""}`,
            ];
            const args = values.flatMap((value) => ["--build-arg", value]);
            await execa("docker", ["build", "--quiet", "--tag", this.imageOf(version), ...args, folder]);
            this.built.push(this.imageOf(version));
        } finally {
            rmSync(folder, { recursive: true });
        }
    }

    async remove(version: number): Promise<void> {
        await execa("docker", ["rmi", this.imageOf(version)]);
    }

    /** Removes all that were built, as far as they are there. */
    async removeAll(): Promise<void> {
        for (const image of this.built) {
            await execa("docker", ["rmi", "--force", image], { reject: false });
        }
    }
}
