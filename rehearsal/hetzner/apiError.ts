/** HTTP status of each code that the API has. Source: the list of errors in Hetzner Cloud's API documentation. */
const STATUS = {
    json_error: 400,
    unauthorized: 401,
    resource_limit_exceeded: 403,
    not_found: 404,
    method_not_allowed: 405,
    uniqueness_error: 409,
    conflict: 409,
    resource_unavailable: 412,
    invalid_input: 422,
    unsupported_error: 422,
    resource_in_use: 422,
    invalid_server_type: 422,
    server_not_stopped: 422,
    server_already_attached: 422,
    volume_already_attached: 422,
    placement_error: 422,
    ip_not_available: 422,
    no_subnet_available: 422,
    firewall_already_applied: 422,
    firewall_resource_not_found: 422,
    primary_ip_already_assigned: 422,
    primary_ip_datacenter_mismatch: 422,
    primary_ip_version_mismatch: 422,
    server_has_ipv4: 422,
    server_has_ipv6: 422,
    locked: 423,
    protected: 423,
    server_error: 500,
    service_error: 500,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** An answer of the API that is an error: its code, from which the status follows, and its JSON body. */
export class ApiError extends Error {
    override readonly name = "ApiError";

    constructor(
        readonly code: ErrorCode,
        message: string,
        readonly details: unknown = null,
    ) {
        super(message);
    }

    get status(): number {
        return STATUS[this.code];
    }

    get body(): { readonly error: Readonly<Record<string, unknown>> } {
        return { error: { code: this.code, message: this.message, details: this.details } };
    }
}

/** What the API says of a single value that it can't take. */
export function invalid(name: string, message: string): ApiError {
    return invalidFields([{ name, message }]);
}

/** What the API says of all values that it can't take, at once. */
export function invalidFields(problems: readonly { name: string; message: string }[]): ApiError {
    const names = [...new Set(problems.map(({ name }) => name))];
    const fields = names.map((name) => ({
        name,
        messages: problems.filter((problem) => problem.name === name).map(({ message }) => message),
    }));
    const where = names.map((name) => `'${name}'`).join(", ");
    return new ApiError(
        "invalid_input",
        `invalid input in ${names.length === 1 ? "field" : "fields"} ${where}`,
        {
            fields,
        },
    );
}
