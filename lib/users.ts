/** Whether a container's user, `name` or `uid[:gid]`, is root. No user at all is. */
export function isRoot(user: string): boolean {
    return ["", "root", "0"].includes(user.split(":", 1)[0] ?? "");
}
