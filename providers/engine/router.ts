import Docker from "dockerode";
import { API_PORT, ROUTES_FOLDER, RouteFile } from "../../lib/traefik";
import { isConflict, isNotFound } from "./connect";
import { exec } from "./exec";
import { getFile, putFiles } from "./files";
import { lastLines } from "./logs";

/**
 * Puts the next file in place by a rename, waits until Traefik's API shows what is in it, and brings the file before
 * back if it does not. In one go, so that an interruption leaves the old file or the new one.
 */
const PUBLISH = `
cd "$FOLDER" || exit 1
api="http://127.0.0.1:$API_PORT/api/http"
rm -f ".$NAME.previous"
if [ -f "$NAME.yml" ]; then cp "$NAME.yml" ".$NAME.previous"; fi
restore() {
    if [ -f ".$NAME.previous" ]; then mv ".$NAME.previous" "$NAME.yml"; else rm -f "$NAME.yml"; fi
    exit 1
}
mv ".$NAME.next" "$NAME.yml" || exit 1
tries=0
until timeout 2 wget -q -O - "$api/services/$SERVICE@file" 2>/dev/null | grep -q '"status":"enabled"'; do
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ]; then echo "it does not show up in Traefik's API"; restore; fi
    sleep 0.1
done
router=$(timeout 2 wget -q -O - "$api/routers/$NAME@file")
case "$router" in *'"status":"enabled"'*) ;; *) echo "$router"; restore ;; esac
rm -f ".$NAME.previous"
`;

/** Writes the route of one app and waits until it is live. On failure the route before is live again. */
export async function publishRoute(
    docker: Docker,
    router: string,
    name: string,
    file: RouteFile,
): Promise<void> {
    const started = new Date();
    await putFiles(docker, router, ROUTES_FOLDER, [{ name: `.${name}.next`, content: file.content }]);
    const { exitCode, output } = await exec(docker, router, ["sh", "-c", PUBLISH], {
        env: { FOLDER: ROUTES_FOLDER, API_PORT: String(API_PORT), NAME: name, SERVICE: file.service },
    });
    if (exitCode !== 0) {
        const log = await lastLines(docker, router, 50, started);
        throw new Error(
            `the router did not take the route of ${name}; the one before is back: ${output.trim()}\n${errorsOf(log)}`.trimEnd(),
        );
    }
}

/** The route's file as it lies on the router. Undefined when it, or the router, is gone. */
export async function readRoute(docker: Docker, router: string, name: string): Promise<string | undefined> {
    return await getFile(docker, router, `${ROUTES_FOLDER}/${name}.yml`);
}

/** Takes the route of one app away. What is gone already is no error. */
export async function removeRoute(docker: Docker, router: string, name: string): Promise<void> {
    try {
        await exec(docker, router, ["rm", "-f", `${ROUTES_FOLDER}/${name}.yml`]);
    } catch (error) {
        if (isConflict(error)) {
            // A router that does not run runs no command: an empty file does as well as none.
            await putFiles(docker, router, ROUTES_FOLDER, [{ name: `${name}.yml`, content: "" }]);
        } else if (!isNotFound(error)) {
            throw error;
        }
    }
}

function errorsOf(log: string): string {
    return log
        .split("\n")
        .filter((line) => /\b(ERR|error|WRN|level=error)\b/.test(line))
        .join("\n");
}
