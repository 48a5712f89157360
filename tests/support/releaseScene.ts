import { execFileSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../../tools/setup/paths";

/** An image of AudiFi's, told from others by its commit. */
export const imageOf = (digit: string): string =>
    `registry.fly.io/audifi-api:${digit.repeat(40)}@sha256:${digit.repeat(64)}`;

/** A stack's file as people write it. */
export const stackFileWith = (image: string): string => `# Production.
config:
  berth:serverType: cx33   # enough for five
  # Who runs what:
  audifi:images:
    api:   ${image}   # pinned
  "korczewski:images": { auth: "ghcr.io/team/auth:1.4.2" }
encryptionsalt: v1:abc=:v1:def:ghi==
`;

interface Put {
    message: string;
    content: string;
    sha: string;
    branch: string;
}

/**
 * A repository at GitHub: a real one of git's, whose files are read and committed through GitHub's API on loopback, and a
 * runner's folder with programs that stand for npm and npx.
 */
export class ReleaseScene {
    readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "berth-release-"));
    /** Commits on which the tests have passed. */
    readonly passed = new Set<string>();
    /** What the API refuses a commit with, once for each entry. */
    readonly refusals: { status: number; message: string }[] = [];
    /** Whether the branch's rules want pull requests, and let only one token of its own pass. */
    ruled = false;
    /** What somebody else does while the branch is being read. */
    onRead: (() => void) | undefined;
    private readonly origin = path.join(this.folder, "origin");
    private readonly server = http.createServer((request, response) => {
        let body = "";
        request.setEncoding("utf8").on("data", (text: string) => (body += text));
        request.on("end", () => {
            const [status, answer] = this.answer(request, body);
            response.writeHead(status, { "x-github-request-id": "AB:12" }).end(JSON.stringify(answer));
        });
    });

    async start(image: string, branch = "main"): Promise<void> {
        fs.mkdirSync(this.origin);
        this.git("init", "--quiet", "--initial-branch", branch);
        this.commit("Start", { "Pulumi.prod.yaml": stackFileWith(image), "index.ts": "// the program\n" });
        this.passed.add(this.head());
        this.standIns();
        await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    }

    async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
        fs.rmSync(this.folder, { recursive: true });
    }

    git(...args: string[]): string {
        const who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        return execFileSync("git", [...who, ...args], { cwd: this.origin, encoding: "utf8" }).trim();
    }

    /** A commit that somebody pushes. */
    commit(message: string, files: Record<string, string>): string {
        for (const [name, text] of Object.entries(files)) {
            fs.writeFileSync(path.join(this.origin, name), text);
        }
        this.git("add", ".");
        this.git("commit", "--quiet", "--message", message);
        return this.head();
    }

    head(): string {
        return this.git("rev-parse", "HEAD");
    }

    file(): string {
        return fs.readFileSync(path.join(this.origin, "Pulumi.prod.yaml"), "utf8");
    }

    /** What a runner has after its checkout: a work tree of its own, with the project's tools in it. */
    checkout(): { root: string; env: Record<string, string> } {
        const root = fs.mkdtempSync(path.join(this.folder, "tree-"));
        execFileSync("git", ["clone", "--quiet", this.origin, root]);
        fs.symlinkSync(path.join(projectRoot, "tools"), path.join(root, "tools"));
        const { port } = this.server.address() as AddressInfo;
        const env = {
            PATH: `${path.join(this.folder, "bin")}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
            HOME: this.folder,
            RUNNER_TEMP: this.folder,
            GITHUB_API_URL: `http://127.0.0.1:${port}`,
            GITHUB_REPOSITORY: "team/berth",
            GITHUB_REF: "refs/heads/main",
            GITHUB_REF_NAME: "main",
            GITHUB_SHA: this.head(),
            GITHUB_STEP_SUMMARY: path.join(this.folder, "summary"),
            CALLS: path.join(this.folder, "calls"),
            BROKEN: path.join(this.folder, "broken"),
            FORBIDDEN: path.join(this.folder, "forbidden"),
        };
        return { root, env };
    }

    /** Makes an `up` fail that meets this text in the stack's file. */
    breakWith(text: string): void {
        fs.writeFileSync(path.join(this.folder, "broken"), text);
    }

    /** Makes the look at the migrations refuse this image. */
    forbid(image: string): void {
        fs.writeFileSync(path.join(this.folder, "forbidden"), image);
    }

    /** What was called, and with which image. */
    calls(): string[] {
        const file = path.join(this.folder, "calls");
        return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
    }

    summary(): string {
        return fs.readFileSync(path.join(this.folder, "summary"), "utf8");
    }

    private standIns(): void {
        const bin = path.join(this.folder, "bin");
        fs.mkdirSync(bin);
        const npm = `#!/bin/sh
echo "npm $* | $(sed -n 's/^ *api: *\\([^ ]*\\).*/\\1/p' Pulumi.prod.yaml)" >> "$CALLS"
case "$*" in
  *"run --silent rollback"*) ! { [ -f "$FORBIDDEN" ] && echo "$*" | grep -qFf "$FORBIDDEN"; } ;;
  *"run --silent up"*) ! { [ -f "$BROKEN" ] && grep -qFf "$BROKEN" Pulumi.prod.yaml; } ;;
esac
`;
        fs.writeFileSync(path.join(bin, "npm"), npm, { mode: 0o755 });
        fs.writeFileSync(path.join(bin, "npx"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    }

    private answer(request: http.IncomingMessage, body: string): [number, unknown] {
        const { method = "", headers } = request;
        const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
        const commit = /^\/repos\/team\/berth\/commits\/(\w+)\/check-runs$/.exec(pathname)?.[1];
        const file = /^\/repos\/team\/berth\/contents\/(.+)$/.exec(pathname)?.[1];
        if (commit !== undefined && headers.authorization === "Bearer of-github") {
            const conclusion = this.passed.has(commit) ? "success" : "failure";
            const runs = [{ conclusion, app: { slug: "github-actions" } }];
            return [200, { check_runs: searchParams.get("check_name") === "test / test" ? runs : [] }];
        }
        if (file === undefined || headers.authorization === undefined) {
            return [403, { message: "Resource not accessible by integration" }];
        }
        if (method === "PUT" && this.ruled && headers.authorization !== "Bearer passes-rules") {
            return [409, { message: "Changes must be made through a pull request." }];
        }
        return method === "PUT" ? this.put(file, JSON.parse(body) as Put) : this.get(file, searchParams);
    }

    private get(file: string, query: URLSearchParams): [number, unknown] {
        const object = `${query.get("ref") ?? ""}:${file}`;
        const text = execFileSync("git", ["show", object], { cwd: this.origin });
        const answer = { content: text.toString("base64"), sha: this.git("rev-parse", object) };
        this.onRead?.();
        return [200, answer];
    }

    private put(file: string, { message, content, sha, branch }: Put): [number, unknown] {
        const refusal = this.refusals.shift();
        if (refusal !== undefined) {
            return [refusal.status, { message: refusal.message }];
        }
        if (this.git("rev-parse", `refs/heads/${branch}:${file}`) !== sha) {
            return [409, { message: `${file} does not match ${sha}` }];
        }
        this.commit(message, { [file]: Buffer.from(content, "base64").toString() });
        return [200, { commit: { sha: this.head() } }];
    }
}
