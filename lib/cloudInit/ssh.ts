import { CloudInitArgs, HostFile } from "./args";

/**
 * The SSH server's settings. sshd keeps the first value that it reads, and the name sorts before cloud-init's own file. Of
 * MaxStartups it keeps the last, which nobody else sets.
 */
export function sshServer({ user }: CloudInitArgs): HostFile {
    const content = `\
# The one key that cloud-init was given: clients know it before they first log in.
HostKey /etc/ssh/ssh_host_ed25519_key

AllowUsers ${user}
PermitRootLogin no
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
LoginGraceTime 30

# An update opens a connection for each of Docker's requests that run at the same time. Logins under way beyond the
# first of these numbers are refused at random (stock: 10).
MaxStartups ${MAX_STARTUPS}
# Sessions of one connection: those of all requests, where a client shares one (ControlMaster; stock: 10).
MaxSessions ${MAX_SESSIONS}

# A client that is gone must not hold its session for ever.
ClientAliveInterval 15
ClientAliveCountMax 4

X11Forwarding no
AllowAgentForwarding no
# Out, for a look at a database from a developer's machine; nothing that listens here. Docker needs neither.
AllowTcpForwarding local
`;
    return { path: "/etc/ssh/sshd_config.d/10-berth.conf", content };
}

/** cloud-init would add its own rule again each time it runs. */
export function sudoers({ user }: CloudInitArgs): HostFile {
    return {
        path: "/etc/sudoers.d/90-berth",
        permissions: "0440",
        content: `${user} ALL=(ALL) NOPASSWD:ALL\n`,
    };
}

/**
 * Measured by `npm run bench -- ssh` with 60 containers and `--parallel 64`: with sshd's own 10:30:100 and 10 the update
 * fails, with these no login is dropped and no session refused.
 */
const MAX_STARTUPS = "100:30:200";
const MAX_SESSIONS = 128;
