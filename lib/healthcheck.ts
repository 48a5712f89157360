/**
 * Docker's test for an HTTP path, run inside the app's own container. Which client an image has is not known: the
 * first of wget, curl and node that is there decides.
 */
export function httpTest(port: number, path: string, timeoutSeconds: number): string[] {
    const url = `http://127.0.0.1:${port}${path}`;
    const node = `fetch("${url}",{signal:AbortSignal.timeout(${timeoutSeconds * 1000})}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`;
    return [
        "CMD-SHELL",
        [
            `if command -v wget >/dev/null; then wget -q -T ${timeoutSeconds} -O /dev/null "${url}"`,
            `elif command -v curl >/dev/null; then curl -fsS -m ${timeoutSeconds} -o /dev/null "${url}"`,
            `else node -e '${node}'; fi || exit 1`,
        ].join("; "),
    ];
}

const HTTP_PATH = /^\/[A-Za-z0-9._~/-]*(\?[A-Za-z0-9._~=&-]*)?$/;

/** Whether a path can stand in a shell command and in a router's file without escaping. */
export function isPlainPath(path: string): boolean {
    return HTTP_PATH.test(path);
}
