import { SetupError } from "../setup/errors";

/** A file on a branch. */
export interface RemoteFile {
    readonly text: string;
    /** Id of its content, by which GitHub sees that nobody else has changed it in between. */
    readonly sha: string;
}

/** Which repository, and the right to use it. */
export interface GitHubAccess {
    /** `https://api.github.com`, or that of an Enterprise Server. */
    readonly apiUrl: string;
    /** `owner/name`. */
    readonly repository: string;
    /** Reads the tests' results. */
    readonly token: string;
    /** Reads and writes the repository's contents. A token of a person's own cannot read checks: hence two. */
    readonly commitToken: string;
}

/** Name of the check that `test.yml` leaves on a commit: the caller's job, then its own. */
export const TESTS_CHECK = "test / test";

const TIMEOUT_MS = 30_000;

/** The few calls of GitHub's API that a release takes. */
export class GitHub {
    constructor(private readonly access: GitHubAccess) {}

    /** Whether the project's tests have passed on a commit. */
    async testsPassed(commit: string): Promise<boolean> {
        const query = new URLSearchParams({ check_name: TESTS_CHECK, per_page: "100" });
        const response = await this.ask("token", "GET", `commits/${commit}/check-runs?${query.toString()}`);
        const { check_runs: runs } = (await this.expectOk(response)) as {
            check_runs: { conclusion: string | null; app: { slug: string } | null }[];
        };
        return runs.some(({ conclusion, app }) => conclusion === "success" && app?.slug === "github-actions");
    }

    /** A file as a branch has it now. */
    async readFile(file: string, branch: string): Promise<RemoteFile> {
        const query = new URLSearchParams({ ref: `refs/heads/${branch}` });
        const response = await this.ask("commitToken", "GET", `contents/${file}?${query.toString()}`);
        const { content, sha } = (await this.expectOk(response)) as { content: string; sha: string };
        return { text: Buffer.from(content, "base64").toString("utf8"), sha };
    }

    /** Commits a file on top of a branch. False when the branch or the file has moved on since it was read. */
    async writeFile(
        file: string,
        branch: string,
        { text, sha, message }: RemoteFile & { message: string },
    ): Promise<boolean> {
        const content = Buffer.from(text).toString("base64");
        const response = await this.ask("commitToken", "PUT", `contents/${file}`, {
            message,
            content,
            sha,
            branch,
        });
        if (await hasMovedOn(response)) {
            return false;
        }
        await this.expectOk(response);
        return true;
    }

    private async ask(
        right: "token" | "commitToken",
        method: string,
        path: string,
        body?: unknown,
    ): Promise<Response> {
        const { apiUrl, repository, [right]: token } = this.access;
        try {
            return await fetch(`${apiUrl}/repos/${repository}/${path}`, {
                method,
                signal: AbortSignal.timeout(TIMEOUT_MS),
                headers: {
                    accept: "application/vnd.github+json",
                    authorization: `Bearer ${token}`,
                    "x-github-api-version": "2022-11-28",
                },
                ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            });
        } catch (error) {
            const { cause = error } = error as { cause?: unknown };
            throw new SetupError(
                `GitHub's API does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
                "Run the workflow again.",
            );
        }
    }

    private async expectOk(response: Response): Promise<unknown> {
        const text = await response.text();
        if (response.ok) {
            return JSON.parse(text);
        }
        const request = response.headers.get("x-github-request-id") ?? "unknown";
        throw new SetupError(
            `GitHub's API answered ${response.status}: ${messageOf(text)} (request ${request})`,
            'See "Rights of a release" in docs/ci.md: who may write to the branch.',
        );
    }
}

/** GitHub says 409 of both: a branch that has moved on, and one whose rules let nobody write to it directly. */
async function hasMovedOn(response: Response): Promise<boolean> {
    return (
        response.status === 409 &&
        /does not match|but expected/.test(messageOf(await response.clone().text()))
    );
}

function messageOf(text: string): string {
    try {
        const { message } = JSON.parse(text) as { message?: unknown };
        return typeof message === "string" ? message : text;
    } catch {
        return text;
    }
}
