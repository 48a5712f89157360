import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { AuthConfig } from "dockerode";
import execa from "execa";

/** How `docker login` says Docker Hub. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/** The parts of the docker command's own file that tell how to log in. */
interface DockerConfig {
    auths?: Record<string, { auth?: string; identitytoken?: string }>;
    credHelpers?: Record<string, string>;
    credsStore?: string;
}

/**
 * What `docker login` has kept for a registry; undefined where nobody has logged in. The engine keeps no credentials: its
 * clients send them along.
 */
export async function loginFor(
    registry: string,
    env: NodeJS.ProcessEnv = process.env,
): Promise<AuthConfig | undefined> {
    const config = readConfig(env);
    const server = registry === "docker.io" ? DOCKER_HUB : registry;
    const helper = config.credHelpers?.[server] ?? config.credsStore;
    if (helper !== undefined) {
        return askHelper(helper, server, env);
    }
    const kept = config.auths?.[server] ?? config.auths?.[`https://${server}`];
    if (kept?.identitytoken !== undefined) {
        return { username: "", password: "", serveraddress: server, identitytoken: kept.identitytoken };
    }
    const decoded = Buffer.from(kept?.auth ?? "", "base64").toString();
    const colon = decoded.indexOf(":");
    return colon === -1
        ? undefined
        : {
              username: decoded.slice(0, colon),
              password: decoded.slice(colon + 1),
              serveraddress: server,
          };
}

function readConfig(env: NodeJS.ProcessEnv): DockerConfig {
    const folder = env.DOCKER_CONFIG ?? path.join(env.HOME ?? os.homedir(), ".docker");
    try {
        return JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8")) as DockerConfig;
    } catch {
        return {}; // nobody has logged in anywhere
    }
}

/** A helper takes the server on stdin and answers on stdout: nothing of it is in a process list. */
async function askHelper(
    helper: string,
    server: string,
    env: NodeJS.ProcessEnv,
): Promise<AuthConfig | undefined> {
    try {
        const { stdout } = await execa(`docker-credential-${helper}`, ["get"], { input: server, env });
        const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
        // Its way of saying that the secret is a token in place of a password.
        return Username === "<token>"
            ? { username: "", password: "", serveraddress: server, identitytoken: Secret }
            : { username: Username, password: Secret, serveraddress: server };
    } catch {
        return undefined; // not logged in there
    }
}
