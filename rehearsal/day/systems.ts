import { Recorded } from "../../tools/state";
import { SystemReport } from "../report";
import { PublicApp, publicApps } from "./outputs";
import { Scene } from "./scene";

/** What stands where, as the stack tells once it serves. */
export async function describeSystems(scene: Scene): Promise<SystemReport[]> {
    const apps = await publicApps(scene);
    const { stdout } = await scene.pulumi("stack", "export");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: Recorded[] } };
    const { systems, settings } = scene.stage;
    return systems.map(({ name }) => ({
        name,
        platform: settings[`${name}:platform`] === "fly" ? "fly" : "docker",
        exposure: settings[`${name}:exposure`] === "tunnel" ? "tunnel" : "public",
        apps: appsOf(name, apps, settings[`${name}:replicas`]),
        data: dataOf(name, deployment.resources ?? []),
    }));
}

function appsOf(system: string, apps: readonly PublicApp[], replicas: unknown): SystemReport["apps"] {
    const counts = (replicas ?? {}) as Readonly<Record<string, number>>;
    return apps
        .filter((each) => each.system === system)
        .map(({ app, urls }) => ({ name: app, urls, replicas: counts[app] ?? 1 }));
}

const SERVERS = /berth:index:(?:Fly)?(Postgres|Redis)::(.+)$/;
const DATABASE = /^(berth|fly):index:PostgresDatabase$/;

/** Servers for data, with the databases on them. */
function dataOf(system: string, resources: readonly Recorded[]): string[] {
    return resources.flatMap(({ urn }) => {
        const [, kind = "", server = ""] = SERVERS.exec(urn) ?? [];
        if (!server.startsWith(`${system}-`)) {
            return [];
        }
        const databases = resources
            .filter(({ type, urn: each }) => DATABASE.test(type) && nameOf(each).startsWith(`${server}-`))
            .map(({ inputs }) => String(inputs?.database));
        return [databases.length === 0 ? kind : `${kind}: ${databases.join(", ")}`];
    });
}

function nameOf(urn: string): string {
    return urn.split("::").at(-1) ?? "";
}
