import { stripVTControlCharacters } from "node:util";
import Docker from "dockerode";
import { API_PORT, ROUTES_FOLDER, RouteFile } from "../../lib/traefik";
import { isConflict, isNotFound } from "./connect";
import { exec } from "./exec";
import { getFile, putFiles } from "./files";
import { lastLines } from "./logs";

/** Exit code that no other command of the script has. */
const OVERTAKEN = 86;

/**
 * Puts the next file in place by a rename, waits until Traefik's API shows what is in it, and brings the file before
 * back if it does not. In one go, so that an interruption leaves the old file or the new one. It goes on when whoever
 * started it is gone: once another update has put a file of its own in place, it keeps its hands off.
 */
const PUBLISH = `
cd "$FOLDER" || exit 1
api="http://127.0.0.1:$API_PORT/api/http"
ask() { timeout 2 wget -q -O - "$api/$1" 2>/dev/null; }
mine() { grep -q "$SERVICE" "$NAME.yml" 2>/dev/null; }
overtaken() { exit ${OVERTAKEN}; }
refuse() {
    mine || overtaken
    echo "$1"
    if [ -f "$previous" ]; then mv "$previous" "$NAME.yml"; else rm -f "$NAME.yml"; fi
    exit 1
}
previous=".$NAME.$SERVICE.previous"
rm -f ".$NAME."*.previous
if [ -f "$NAME.yml" ]; then cp "$NAME.yml" "$previous" || exit 1; fi
mv "$NEXT" "$NAME.yml" || exit 1
tries=0
until ask "services/$SERVICE@file" | grep -q '"status":"enabled"'; do
    mine || overtaken
    tries=$((tries + 1))
    if [ "$tries" -ge 100 ]; then refuse "it does not show up in Traefik's API"; fi
    sleep 0.1
done
routers=$(ask "services/$SERVICE@file" | grep -o '"usedBy":\\[[^]]*\\]' | grep -o '[a-z0-9_-]*@file')
set -- $routers
if [ "$#" -ne "$ROUTES" ]; then refuse "Traefik uses $# of its $ROUTES routes: another app has a route of that name"; fi
for router in "$@"; do
    answer=$(ask "routers/$router")
    case "$answer" in *'"status":"enabled"'*) continue ;; esac
    reason=\${answer#*'"error":'}
    refuse "$router: \${reason%%',"status"'*}"
done
rm -f "$previous"
`;

/** Who the files belong to that the engine puts into a container. The router itself, somebody else, only reads them. */
const OWNER = "0:0";

/** Writes the route of one app and waits until it is live. On failure the route before comes back. */
export async function publishRoute(
    docker: Docker,
    router: string,
    name: string,
    file: RouteFile,
    routes: number,
): Promise<void> {
    const started = Date.now();
    const next = `.${name}.${file.service}.next`;
    await putFiles(docker, router, ROUTES_FOLDER, [{ name: next, content: file.content }]);
    const { exitCode, output } = await exec(docker, router, ["sh", "-c", PUBLISH], {
        user: OWNER,
        env: {
            FOLDER: ROUTES_FOLDER,
            API_PORT: String(API_PORT),
            NAME: name,
            NEXT: next,
            SERVICE: file.service,
            ROUTES: String(routes),
        },
    });
    if (exitCode === OVERTAKEN) {
        throw new Error(`another update has put the route of ${name} in place, which stays as it is`);
    }
    if (exitCode !== 0) {
        const since = await engineTime(docker, started);
        const errors = errorsOf(await lastLines(docker, router, 50, since));
        throw new Error(
            `the router did not take the route of ${name}, what was there before is back: ${output.trim()}\n${errors}`.trimEnd(),
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
        const { exitCode, output } = await exec(
            docker,
            router,
            ["rm", "-f", `${ROUTES_FOLDER}/${name}.yml`],
            {
                user: OWNER,
            },
        );
        if (exitCode !== 0) {
            throw new Error(`could not take the route of ${name} away: ${output.trim()}`);
        }
    } catch (error) {
        if (isConflict(error)) {
            // A router that does not run runs no command: an empty file does as well as none.
            await putFiles(docker, router, ROUTES_FOLDER, [{ name: `${name}.yml`, content: "" }]);
        } else if (!isNotFound(error)) {
            throw error;
        }
    }
}

/** A moment of ours by the engine's clock, which may go otherwise. */
async function engineTime(docker: Docker, moment: number): Promise<Date> {
    const { SystemTime } = (await docker.info()) as { SystemTime: string };
    return new Date(Date.parse(SystemTime) - (Date.now() - moment));
}

/** Traefik's own complaints, each once, without their times and the colours in which it writes them. */
function errorsOf(log: string): string {
    const errors = stripVTControlCharacters(log)
        .split("\n")
        .filter((line) => /\b(ERR|WRN|error|level=error)\b/.test(line))
        .map((line) => line.replace(/^\d{4}-\S+ /, ""));
    return [...new Set(errors)].join("\n");
}
