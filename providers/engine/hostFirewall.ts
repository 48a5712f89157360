import { FIREWALL_RULES, renderFirewall } from "../../lib/cloudInit";
import type { Wait } from "./hostReadiness";

/** Puts a server's own rules in place as its user data would today; they are loaded in one transaction. */
export async function bringFirewall(
    ssh: Wait["ssh"],
    sshFrom: readonly string[],
    signal: AbortSignal,
): Promise<void> {
    const rules = Buffer.from(renderFirewall(sshFrom)).toString("base64");
    const command = `
next=$(mktemp) && echo ${rules} | base64 -d > "$next" && sudo -n nft --check --file "$next" &&
sudo -n install --mode 0755 "$next" ${FIREWALL_RULES} && rm "$next" && sudo -n systemctl reload berth-firewall.service`;
    const { exitCode, stderr } = await ssh(command, signal);
    if (exitCode !== 0) {
        throw new Error(`the host's firewall rules could not be brought in place: ${stderr.trim()}`);
    }
}
