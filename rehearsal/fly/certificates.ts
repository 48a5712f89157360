import { createPrivateKey, X509Certificate } from "node:crypto";
import { failure, invalid } from "./apiError";
import { Route } from "./routes";
import { Answer, appOf, Call, ok, Simulation } from "./simulation";
import { App, Certificate } from "./state";

const CERTIFICATES = "/apps/:app/certificates";
const HOST = `${CERTIFICATES}/:hostname`;

export const certificateRoutes: readonly Route[] = [
    {
        method: "GET",
        path: CERTIFICATES,
        action: "certificate_list",
        handle: (call) => {
            const filter = call.query.get("filter") ?? "";
            const found = appOf(call).certificates.filter(({ hostname }) => hostname.includes(filter));
            return ok({ certificates: found.map(summary), total_count: found.length });
        },
    },
    { method: "POST", path: `${CERTIFICATES}/acme`, action: "certificate_create_acme", handle: createAcme },
    {
        method: "POST",
        path: `${CERTIFICATES}/custom`,
        action: "certificate_create_custom",
        handle: createCustom,
    },
    {
        method: "GET",
        path: HOST,
        action: "certificate_get",
        handle: (call) => ok(detail(appOf(call), certificateOf(call))),
    },
    {
        method: "POST",
        path: `${HOST}/check`,
        action: "certificate_check",
        handle: (call) => {
            const certificate = certificateOf(call);
            validate(call.sim, appOf(call), certificate);
            return ok(detail(appOf(call), certificate));
        },
    },
    { method: "DELETE", path: HOST, action: "certificate_delete", handle: remove },
];

function createAcme(call: Call): Answer {
    const app = appOf(call);
    const certificate = newCertificate(call, true);
    app.certificates = [...app.certificates, certificate];
    return ok(detail(app, certificate), 201);
}

function createCustom(call: Call): Answer {
    const app = appOf(call);
    const { fullchain, private_key: privateKey } = call.body;
    const hostname = hostnameIn(call);
    if (typeof fullchain !== "string" || typeof privateKey !== "string") {
        throw failure("invalid_argument", "fullchain and private_key are required");
    }
    checkCustom(hostname, fullchain, privateKey);
    const known = app.certificates.find((each) => each.hostname === hostname);
    const certificate = known ?? newCertificate(call, false);
    certificate.custom = { fullchain, privateKey, createdAt: new Date().toISOString() };
    if (known === undefined) {
        app.certificates = [...app.certificates, certificate];
    }
    return ok(detail(app, certificate), 201);
}

function checkCustom(hostname: string, fullchain: string, privateKey: string): void {
    try {
        const certificate = new X509Certificate(fullchain);
        if (
            new Date(certificate.validTo) < new Date() ||
            certificate.checkHost(hostname) === undefined ||
            !certificate.checkPrivateKey(createPrivateKey(privateKey))
        ) {
            throw new Error("expired, of another hostname, or of another key");
        }
    } catch (error) {
        throw invalid(`certificate can't be used: ${error instanceof Error ? error.message : String(error)}`);
    }
}

function remove(call: Call): Answer {
    const app = appOf(call);
    const { hostname } = certificateOf(call);
    app.certificates = app.certificates.filter((each) => each.hostname !== hostname);
    return { status: 204 };
}

function newCertificate(call: Call, acmeRequested: boolean): Certificate {
    const hostname = hostnameIn(call);
    const apps = Object.values(call.sim.world.apps);
    if (apps.some(({ certificates }) => certificates.some((each) => each.hostname === hostname))) {
        throw invalid("Hostname already exists on an app");
    }
    const now = new Date().toISOString();
    return { hostname, acmeRequested, configured: false, createdAt: now, updatedAt: now };
}

function hostnameIn({ body }: Call): string {
    const hostname = typeof body.hostname === "string" ? body.hostname.toLowerCase() : "";
    if (!/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(hostname)) {
        throw invalid(`Hostname '${hostname}' is not a hostname`);
    }
    return hostname;
}

function certificateOf(call: Call): Certificate {
    const hostname = call.param("hostname");
    const found = appOf(call).certificates.find((each) => each.hostname === hostname);
    if (found === undefined) {
        throw failure("not_found", `certificate for ${hostname} not found`);
    }
    return found;
}

/** The check of the hostname's DNS, which the real platform also does by itself now and then. */
function validate({ dns }: Simulation, app: App, certificate: Certificate): void {
    certificate.updatedAt = new Date().toISOString();
    certificate.configured = app.addresses.some((address) => address.public) && dns(certificate.hostname);
    if (certificate.configured && certificate.acmeRequested) {
        certificate.issuedAt ??= certificate.updatedAt;
    }
}

/** A hostname whose traffic comes here, with a certificate for it. */
export function isActive({ configured, issuedAt, custom }: Certificate): boolean {
    return configured && (issuedAt !== undefined || custom !== undefined);
}

function statusOf(certificate: Certificate): string {
    if (isActive(certificate)) {
        return "active";
    }
    return certificate.acmeRequested ? "pending_validation" : "pending_ownership";
}

function summary(certificate: Certificate): Record<string, unknown> {
    const { hostname, configured, acmeRequested, createdAt, updatedAt, custom, issuedAt } = certificate;
    return {
        hostname,
        status: statusOf(certificate),
        dns_provider: "simulated",
        acme_dns_configured: configured,
        acme_alpn_configured: configured,
        acme_http_configured: configured,
        ownership_txt_configured: configured,
        configured,
        acme_requested: acmeRequested,
        has_custom_certificate: custom !== undefined,
        has_fly_certificate: issuedAt !== undefined,
        created_at: createdAt,
        updated_at: updatedAt,
    };
}

const VALID_DAYS = 90;

function detail(app: App, certificate: Certificate): Record<string, unknown> {
    const { hostname, configured, acmeRequested, issuedAt, custom } = certificate;
    const isV4 = ({ ip }: { ip: string }) => ip.includes(".");
    const shown = app.addresses.filter((address) => address.public);
    return {
        hostname,
        configured,
        acme_requested: acmeRequested,
        status: statusOf(certificate),
        dns_provider: "simulated",
        rate_limited_until: null,
        certificates: [
            ...(custom === undefined ? [] : [customDetail(certificate, custom)]),
            ...(issuedAt === undefined ? [] : [acmeDetail(issuedAt)]),
        ],
        validation: {
            dns_configured: configured,
            alpn_configured: configured,
            http_configured: configured,
            ownership_txt_configured: configured,
        },
        dns_requirements: {
            a: shown.filter(isV4).map(({ ip }) => ip),
            aaaa: shown.filter((address) => !isV4(address)).map(({ ip }) => ip),
            cname: `${app.name}.fly.dev`,
            acme_challenge: {
                name: `_acme-challenge.${hostname}`,
                target: `${hostname}.${app.id}.flydns.net`,
            },
            ownership: {
                name: `_fly-ownership.${hostname}`,
                app_value: `app-${app.id}`,
                org_value: `org-${app.organization}`,
            },
        },
        validation_errors: [],
    };
}

function customDetail(
    certificate: Certificate,
    { fullchain, createdAt }: { fullchain: string; createdAt: string },
) {
    const { validTo, issuer } = new X509Certificate(fullchain);
    const expires_at = new Date(validTo).toISOString();
    return {
        source: "custom",
        status: statusOf(certificate),
        created_at: createdAt,
        expires_at,
        issuer,
        issued: [],
    };
}

function acmeDetail(issuedAt: string) {
    const expires_at = new Date(Date.parse(issuedAt) + VALID_DAYS * 86_400_000).toISOString();
    const issued = [{ type: "ecdsa", expires_at, certificate_authority: "lets_encrypt" }];
    return { source: "fly", status: "active", created_at: issuedAt, expires_at, issuer: null, issued };
}
