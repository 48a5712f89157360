import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import execa from "execa";
import { buildSample } from "../../samples/app/build";
import { Clouds, ZONE } from "../support/clouds";
import { Containers } from "../support/containers";
import { Stack, succeeds } from "../support/stack";

const ROOT = join(__dirname, "..", "..");
const NAME = "e2e-prod";
const LOCK = ".state/e2e-prod.lock.json";
const SAMPLE = "berth-e2e-prod-sample:1.0.0";

/** What the program names, and the tags that the lock has for it. */
const LOCKED = { "postgres:16": "16.14", "traefik:v3.6": "v3.6.25" } as const;

/** Production's own composition with one system, on clouds that stand on this machine. */
const config = (gateway: string, ...others: string[]) => `config:
  berth:composition: prod
  berth:systems: [connected-repo]
  berth:serverType: cx23
  berth:volumeSizeGb: "10"
  berth:swapMb: "0"
  berth:sshFrom: ${JSON.stringify([`${gateway}/32`, ...others])}
  berth:acmeEmail: admin@example.com
  berth:acmeServer: https://127.0.0.1:9/no-such-authority
  berth:acmeIssuer: authority.example
  berth:zones: { example.com: "${ZONE}" }
  berth:imageLock: ${LOCK}
  berth:inventSecrets: "true"
  connected-repo:hosts: { api: api.example.com }
  connected-repo:images: { api: "${sample}" }
  connected-repo:googleClientId: test
  connected-repo:webappUrl: https://app.example.com
`;

const docker = new Docker();
let clouds: Clouds;
/** As servers know it. */
let sample: string;
let stack: Stack;
const removals: (() => unknown)[] = [];

jest.setTimeout(10 * 60_000);

beforeAll(async () => {
    await buildSample();
    await execa("docker", ["build", "--quiet", "--tag", SAMPLE, "samples/app"], { cwd: ROOT });
    removals.push(() => execa("docker", ["rmi", SAMPLE]));
    clouds = await Clouds.start(docker, new Containers("server").uniqueName());
    removals.push(() => clouds.stop());
    sample = await clouds.publish(SAMPLE, "1.0.0");
    const lock: Record<string, string> = {};
    for (const [reference, tag] of Object.entries(LOCKED)) {
        lock[reference] = await clouds.publish(reference, tag);
    }
    mkdirSync(dirname(join(ROOT, LOCK)), { recursive: true });
    writeFileSync(join(ROOT, LOCK), JSON.stringify({ images: lock }));
    removals.push(() => rmSync(join(ROOT, LOCK)));
    stack = new Stack(NAME, config(clouds.gateway), {
        PULUMI_DEBUG_PROVIDERS: clouds.variable,
        HCLOUD_TOKEN: "not asked for",
        CLOUDFLARE_API_TOKEN: "not asked for",
    });
    // A run that was killed leaves a state whose server is gone.
    await stack.pulumi("stack", "rm", "--force", "--yes");
    await succeeds(stack.pulumi("stack", "init"));
});

afterAll(async () => {
    await stack.pulumi("stack", "rm", "--force", "--yes");
    for (const remove of removals.reverse()) {
        await remove();
    }
});

function update(...args: string[]): Promise<string> {
    return succeeds(stack.pulumi("up", "--yes", "--skip-preview", ...args));
}

/** The stack's state, without the lines that set-up says before it. */
async function exported(): Promise<unknown> {
    const output = await succeeds(stack.pulumi("stack", "export"));
    return JSON.parse(output.slice(output.indexOf("{")));
}

/** A command on the server, over the files that the provider wrote. */
async function onServer(...command: string[]): Promise<string> {
    const { stdout } = await execa(
        "ssh",
        ["-F", `.state/ssh/${NAME}/config`, "-o", "ConnectTimeout=5", "host", ...command],
        {
            cwd: ROOT,
        },
    );
    return stdout;
}

function sql(statement: string): Promise<string> {
    const name = `berth-${NAME}-connected-repo-postgres`;
    return onServer(
        `docker exec ${name} psql -U postgres -h /var/run/postgresql -d connected_repo -tAc "${statement}"`,
    );
}

/** What the router answers on the server's own port 80. */
function redirect(): Promise<{ status: number | undefined; location: string | undefined }> {
    return new Promise((resolve, reject) => {
        const headers = { host: "api.example.com" };
        get({ host: clouds.address, path: "/health", headers, agent: false }, (answer) => {
            answer.resume();
            resolve({ status: answer.statusCode, location: answer.headers.location });
        }).on("error", reject);
    });
}

describe("production on a server of its own", () => {
    it("shows everything in its first preview, when there is no server", async () => {
        const output = await succeeds(stack.pulumi("preview"));
        expect(output).toContain("berth:index:HostReady host create");
        expect(output).toContain("docker:index:Container connected-repo-api-1 create");
    });

    it("comes up from nothing: server, first boot, Docker over SSH, database on the disk, app", async () => {
        expect(await update()).toContain("berth:index:HostReady host created");
        await sql("create table kept (word text); insert into kept values ('before')");
        expect(await onServer("docker ps --format '{{.Names}}' | sort")).toMatch(
            /^berth-e2e-prod-connected-repo-api-1-\w{7}\nberth-e2e-prod-connected-repo-postgres\nberth-e2e-prod-router-\w{7}$/,
        );
    });

    it("answers on the server's public ports", async () => {
        expect(await redirect()).toEqual({ status: 301, location: "https://api.example.com/health" });
    });

    it("keeps its data in folders of the data disk", async () => {
        const folders = await onServer("sudo sh -c 'stat -c \"%n %u %a\" /mnt/data/berth/*'");
        expect(folders.split("\n")).toEqual([
            "/mnt/data/berth/berth-e2e-prod-connected-repo-postgres-data 999 700",
            "/mnt/data/berth/berth-e2e-prod-router-certificates 65532 700",
        ]);
    });

    it("writes the key where nobody else reads it, and knows the server by its own", () => {
        const folder = join(ROOT, ".state/ssh", NAME);
        expect(statSync(join(folder, "key")).mode & 0o777).toBe(0o600);
        expect(readFileSync(join(folder, "known_hosts"), "utf8")).toMatch(/^berth-host ssh-ed25519 \S+\n$/);
    });

    it("has nothing to change the second time", async () => {
        expect(await update()).toMatch(/Resources:\n {4}\d+ unchanged/);
    });

    it("lets another network use SSH without another server", async () => {
        stack.configure(config(clouds.gateway, "198.51.100.0/24"));
        expect(await update()).not.toContain("The server was made with other user data");
        expect(await onServer("sudo nft list set inet berth ssh_from_4")).toContain("198.51.100.0/24");
        expect(await onServer("sudo cat /etc/berth/firewall.nft")).toContain("198.51.100.0/24");
        stack.configure(config(clouds.gateway));
        await update();
        expect(await onServer("sudo nft list set inet berth ssh_from_4")).not.toContain("198.51.100.0/24");
    });

    it("says out loud that the server keeps the user data it was made with", async () => {
        await stack.withConfig('  berth:liveRestore: "false"\n', async () => {
            const { output } = await stack.pulumi("preview");
            expect(output).toContain("The server was made with other user data");
            expect(output).not.toContain("hcloud:index:Server vps replace");
        });
    });

    it("refuses to be taken down, and says how it would be", async () => {
        const before = await exported();
        const { code, output } = await stack.down();
        expect(code).not.toBe(0);
        expect(output).toContain("pulumi config set --stack e2e-prod berth:protect false");
        expect((await stack.pulumi("destroy", "--yes")).code).not.toBe(0);
        expect(await exported()).toEqual(before);
        expect(await sql("select word from kept")).toBe("before");
    });
});

/** What a killed run leaves at any moment. */
function leaveLock(): void {
    const folder = join(ROOT, ".state/.pulumi/locks/organization/berth", stack.name);
    mkdirSync(folder, { recursive: true });
    const { pid } = spawnSync("true");
    const lock = { pid, username: "ann", hostname: hostname(), timestamp: new Date().toISOString() };
    writeFileSync(join(folder, "0f5ee1c-6d21-4f0c-9a8b-3d1cb8b3ad01.json"), JSON.stringify(lock));
}

describe("a server that answers no more", () => {
    it("is replaced by one command, and every row is still there", async () => {
        await (await clouds.machine()).stop();
        leaveLock();
        const output = await succeeds(stack.command("rebuild", ["--yes"]));
        expect(output).toContain("✓ cleared the lock of a run that is gone: ann@");
        expect(await sql("select word from kept")).toBe("before");
        expect(await redirect()).toMatchObject({ status: 301 });
        expect(await update()).toMatch(/Resources:\n {4}\d+ unchanged/);
    });
});

describe("a server that the cloud has lost", () => {
    it("is made anew by the same command, protected again", async () => {
        await clouds.lose();
        await succeeds(stack.command("rebuild", ["--yes"]));
        expect(await sql("select word from kept")).toBe("before");
        const { output: state } = await stack.pulumi("stack", "export");
        expect(state).toContain('"deleteProtection": true');
    });
});

describe("one setting", () => {
    it("lifts all protection: up, then down, which keeps the disk and the passwords", async () => {
        stack.configure(`${config(clouds.gateway)}  berth:protect: "false"\n`);
        await update();
        expect(await succeeds(stack.down())).toContain(
            "Kept, with the passwords that open them:\n  berth-e2e-prod-data\n",
        );
        expect(await clouds.servers()).toEqual([]);
    });

    it("lets the next up find every row, and the last down remove everything", async () => {
        await update();
        expect(await sql("select word from kept")).toBe("before");
        expect(await succeeds(stack.down("--volumes"))).toContain("Nothing was kept.");
        expect(await succeeds(stack.pulumi("stack", "export"))).not.toContain('"custom": true');
    });
});
