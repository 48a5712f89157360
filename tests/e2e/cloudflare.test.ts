import { mkdtempSync, rmSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Served, serve } from "../../providers/server/serve";
import { SimulatedCloudflare } from "../../rehearsal/cloudflare";
import { tokenOf } from "../../rehearsal/cloudflare/api/tunnels";
import { cloudflareDefinition } from "../../rehearsal/cloudflare/provider/definition";
import { makeProject, TemporaryProject } from "../../tools/bench/project";
import { prepare } from "../../tools/prepare";
import { pulumi } from "../../tools/pulumi";
import {
    ACCOUNT,
    CloudflareCalls,
    startCloudflare,
    stopCloudflares,
    TOKEN,
    ZONE,
} from "../support/cloudflare";

const EDGE = { ipv4: "198.51.100.7" };

let folder: string;
let cloudflare: SimulatedCloudflare;
let served: Served;
let project: TemporaryProject;

jest.setTimeout(5 * 60_000);

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "berth-test-"));
    cloudflare = await startCloudflare({ edge: EDGE, file: join(folder, "world.json") });
    served = await serve(cloudflareDefinition());
    const environment = await prepare({ quiet: true });
    const variables = {
        ...environment.variables,
        NO_COLOR: "1",
        PULUMI_DEBUG_PROVIDERS: `cloudflare:${served.port}`,
    };
    project = await makeProject(
        folder,
        { ...environment, variables },
        {
            project: "berth-tests",
            stack: "cloudflare",
            source: "../../tests/support/programs/cloudflare.ts",
        },
    );
    await succeeds("config", "set", "at", JSON.stringify({ accountId: ACCOUNT, zone: ZONE }));
    await succeeds("config", "set", "cloudflare:baseUrl", cloudflare.url);
    await succeeds("config", "set", "--secret", "cloudflare:apiToken", TOKEN);
});

afterAll(async () => {
    served.stop();
    await stopCloudflares();
    rmSync(folder, { recursive: true });
});

/** What a command of Pulumi's says. */
async function succeeds(...args: string[]): Promise<string> {
    const where = ["-C", project.folder, "--stack", project.stack, "--non-interactive"];
    const { code, stdout } = await pulumi(project.environment, [...args, ...where], { capture: true });
    if (code !== 0) {
        throw new Error(stdout);
    }
    return stdout;
}

function update(...args: string[]): Promise<string> {
    return succeeds("up", "--yes", "--skip-preview", ...args);
}

it("takes all that the components declare, and serves it", async () => {
    expect(await update()).toMatch(/\+ 14 created\n/);
    const resolver = new Resolver();
    resolver.setServers([cloudflare.nameServer]);
    expect(await resolver.resolve4("api.shop.example")).toEqual(["192.0.2.1"]);
    expect(await resolver.resolveCaa("api.shop.example")).toMatchObject([{ issue: "letsencrypt.org" }]);
    expect(await resolver.resolve4("quiz.shop.example")).toEqual([EDGE.ipv4]);
    const token = await succeeds("stack", "output", "token", "--show-secrets");
    const tunnel = Object.values(cloudflare.world.tunnels).find((each) => tokenOf(each) === token.trim());
    expect(tunnel?.config?.config.ingress.map(({ hostname }) => hostname)).toEqual([
        "ssh.shop.example",
        "quiz.shop.example",
        "quiz.shop.example",
        undefined,
    ]);
});

it("has nothing to do a second time, nor when it looks closely", async () => {
    expect(await update("--refresh")).toMatch(/Resources:\n +14 unchanged\n/);
});

it("repairs what was changed by hand", async () => {
    const calls = new CloudflareCalls(cloudflare.url);
    const records = `/zones/${ZONE}/dns_records`;
    const [record] = await calls.result<{ id: string }[]>("GET", `${records}?type=A&name=api.shop.example`);
    await calls.result("PATCH", `${records}/${record?.id ?? ""}`, { content: "192.0.2.66" });
    expect(await update("--refresh")).toMatch(/~ 1 updated\n/);
    expect(await calls.result<unknown[]>("GET", `${records}?type=A`)).toMatchObject([
        { content: "192.0.2.1" },
    ]);
});

it("leaves nothing behind", async () => {
    await succeeds("destroy", "--yes", "--skip-preview");
    const { records, serviceTokens, policies, applications, tunnels } = cloudflare.world;
    expect({ records, serviceTokens, policies, applications }).toEqual({
        records: {},
        serviceTokens: {},
        policies: {},
        applications: {},
    });
    expect(Object.values(tunnels).every(({ deletedAt }) => deletedAt !== null)).toBe(true);
});
