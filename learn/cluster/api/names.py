"""Forms of names, labels, ports and addresses, each answered with the server's own sentences.

A function returns the reasons why a value does not have the form; an empty tuple means that it
has. Follows apimachinery's util/validation (validation.go, ip.go) and api/validation (generic.go).
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TypeAlias

Reasons: TypeAlias = tuple[str, ...]
NO_REASON: Reasons = ()

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
_WILDCARD = rf"\*\.{_SUBDOMAIN}"
_ENV_NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_CONFIG_KEY = "[-._a-zA-Z0-9]+"
_PERCENT = "[0-9]+%"
_HEADER = "[-A-Za-z0-9]+"
_UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
_UNDERSCORE_SUBDOMAIN = rf"{_UNDERSCORE_LABEL}(\.{_UNDERSCORE_LABEL})*"
_C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_HTTP_PATH = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"

_is_label = re.compile(_LABEL).fullmatch
_is_subdomain = re.compile(_SUBDOMAIN).fullmatch
_is_dns_1035 = re.compile(_DNS_1035).fullmatch
_is_qualified = re.compile(_QUALIFIED).fullmatch
_is_wildcard = re.compile(_WILDCARD).fullmatch
_is_env_name = re.compile(_ENV_NAME).fullmatch
_is_config_key = re.compile(_CONFIG_KEY).fullmatch
_is_percent = re.compile(_PERCENT).fullmatch
_is_header = re.compile(_HEADER).fullmatch
_is_underscore_subdomain = re.compile(_UNDERSCORE_SUBDOMAIN).fullmatch
_is_c_identifier = re.compile(_C_IDENTIFIER).fullmatch
_is_http_path = re.compile(_HTTP_PATH).fullmatch
_is_port_charset = re.compile("[-a-z0-9]+").fullmatch
_has_letter = re.compile("[a-z]").search

LABEL_MAX = 63
SUBDOMAIN_MAX = 253


def form_reason(sentence: str, pattern: str, *examples: str) -> str:
    """A form's sentence with examples and pattern, as every such message ends."""
    if not examples:
        return f"{sentence} (regex used for validation is '{pattern}')"
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{sentence} (e.g. {shown}regex used for validation is '{pattern}')"


def max_length_reason(limit: int) -> str:
    return f"must be no more than {limit} characters"


def range_reason(low: int, high: int) -> str:
    return f"must be between {low} and {high}, inclusive"


EMPTY_REASON = "must be non-empty"
LABEL_REASON = form_reason(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
SUBDOMAIN_REASON = form_reason(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
UNDERSCORE_SUBDOMAIN_REASON = form_reason(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', "
    "and must start and end with an alphanumeric character",
    _UNDERSCORE_SUBDOMAIN,
    "example.com",
)
DNS_1035_REASON = form_reason(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character",
    _DNS_1035,
    "my-name",
    "abc-123",
)
QUALIFIED_REASON = form_reason(
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character",
    _QUALIFIED,
    "MyName",
    "my.name",
    "123-abc",
)
LABEL_VALUE_REASON = form_reason(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character",
    _LABEL_VALUE,
    "MyValue",
    "my_value",
    "12345",
)
WILDCARD_REASON = form_reason(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
    "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    _WILDCARD,
    "*.example.com",
)
ENV_NAME_REASON = form_reason(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', "
    "and must not start with a digit",
    _ENV_NAME,
    "my.env-name",
    "MY_ENV.NAME",
    "MyEnvName1",
)
RELAXED_ENV_NAME_REASON = (
    "a valid environment variable name must consist only of printable ASCII characters other than '='"
)
CONFIG_KEY_REASON = form_reason(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    _CONFIG_KEY,
    "key.name",
    "KEY_NAME",
    "key-name",
)
PERCENT_REASON = form_reason(
    "a valid percent string must be a numeric string followed by an ending '%'", _PERCENT, "1%", "93%"
)
HEADER_REASON = form_reason(
    "a valid HTTP header must consist of alphanumeric characters or '-'", _HEADER, "X-Header-Name"
)
C_IDENTIFIER_REASON = form_reason(
    "a valid C identifier must start with alphabetic character or '_', "
    "followed by a string of alphanumeric characters or '_'",
    _C_IDENTIFIER,
    "my_name",
    "MY_NAME",
    "MyName",
)
IP_REASON = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
CIDR_REASON = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
PORT_REASON = range_reason(1, 65535)


def byte_length(text: str) -> int:
    """The server counts bytes of UTF-8, not characters."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _reasons(value: str, limit: int, well_formed: bool, reason: str) -> Reasons:
    if byte_length(value) <= limit:
        return NO_REASON if well_formed else (reason,)
    return (max_length_reason(limit),) if well_formed else (max_length_reason(limit), reason)


def dns_label(value: str) -> Reasons:
    """IsDNS1123Label: container, volume and Namespace names; at most 63."""
    if _is_label(value):
        return _reasons(value, LABEL_MAX, True, "")
    reason = "must not contain dots" if _is_subdomain(value) else LABEL_REASON
    return _reasons(value, LABEL_MAX, False, reason)


def dns_subdomain(value: str) -> Reasons:
    """IsDNS1123Subdomain: the names of most objects; at most 253."""
    return _reasons(value, SUBDOMAIN_MAX, _is_subdomain(value) is not None, SUBDOMAIN_REASON)


def dns_subdomain_with_underscore(value: str) -> Reasons:
    well_formed = _is_underscore_subdomain(value) is not None
    return _reasons(value, SUBDOMAIN_MAX, well_formed, UNDERSCORE_SUBDOMAIN_REASON)


def dns_1035_label(value: str) -> Reasons:
    """IsDNS1035Label: names of Services up to 1.36; at most 63."""
    return _reasons(value, LABEL_MAX, _is_dns_1035(value) is not None, DNS_1035_REASON)


def wildcard_subdomain(value: str) -> Reasons:
    """IsWildcardDNS1123Subdomain: `*.example.com`."""
    return _reasons(value, SUBDOMAIN_MAX, _is_wildcard(value) is not None, WILDCARD_REASON)


def qualified_name(value: str) -> Reasons:
    """IsQualifiedName: keys of labels and annotations, an optional subdomain prefix and a name."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        return (
            f"a qualified name {QUALIFIED_REASON} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        )
    reasons: list[str] = []
    if slash:
        wrong = dns_subdomain(prefix) if prefix else (EMPTY_REASON,)
        reasons += [f"prefix part {reason}" for reason in wrong]
    if not name:
        reasons.append(f"name part {EMPTY_REASON}")
    elif byte_length(name) > LABEL_MAX:
        reasons.append(f"name part {max_length_reason(LABEL_MAX)}")
    if not _is_qualified(name):
        reasons.append(f"name part {QUALIFIED_REASON}")
    return tuple(reasons)


def label_value(value: str) -> Reasons:
    """IsValidLabelValue: empty, or at most 63 of the qualified-name characters."""
    return _reasons(value, LABEL_MAX, not value or _is_qualified(value) is not None, LABEL_VALUE_REASON)


def port_name(value: str) -> Reasons:
    """IsValidPortName (an IANA service name): at most 15, with a letter."""
    reasons: list[str] = []
    if byte_length(value) > 15:
        reasons.append(max_length_reason(15))
    if not _is_port_charset(value):
        reasons.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _has_letter(value):
        reasons.append("must contain at least one letter (a-z)")
    if "--" in value:
        reasons.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        reasons.append("must not begin or end with a hyphen")
    return tuple(reasons)


def port_number(value: int) -> Reasons:
    return NO_REASON if 1 <= value <= 65535 else (PORT_REASON,)


def user_id(value: int) -> Reasons:
    """IsValidUserID and IsValidGroupID: what fits in 32 bits."""
    return NO_REASON if 0 <= value <= 0xFFFFFFFF else (range_reason(0, 0xFFFFFFFF),)


def in_range(value: int, low: int, high: int) -> Reasons:
    return NO_REASON if low <= value <= high else (range_reason(low, high),)


def _directory_reasons(value: str) -> Reasons:
    """hasChDirPrefix: names that become file names must not leave their directory."""
    if value == ".":
        return ("must not be '.'",)
    if value == "..":
        return ("must not be '..'",)
    return ("must not start with '..'",) if value.startswith("..") else NO_REASON


def env_name(value: str) -> Reasons:
    """IsEnvVarName: the rule before the relaxation."""
    reasons = NO_REASON if _is_env_name(value) else (ENV_NAME_REASON,)
    return reasons + _directory_reasons(value)


def relaxed_env_name(value: str) -> Reasons:
    """IsRelaxedEnvVarName: printable ASCII without `=`."""
    if not value:
        return (f"environment variable name {EMPTY_REASON}",)
    good = all(" " <= character <= "~" and character != "=" for character in value)
    return NO_REASON if good else (RELAXED_ENV_NAME_REASON,)


def config_key(value: str) -> Reasons:
    """IsConfigMapKey: keys of ConfigMaps and Secrets."""
    return _reasons(
        value, SUBDOMAIN_MAX, _is_config_key(value) is not None, CONFIG_KEY_REASON
    ) + _directory_reasons(value)


def percent(value: str) -> Reasons:
    return NO_REASON if _is_percent(value) else (PERCENT_REASON,)


def header_name(value: str) -> Reasons:
    return NO_REASON if _is_header(value) else (HEADER_REASON,)


def c_identifier(value: str) -> Reasons:
    return NO_REASON if _is_c_identifier(value) else (C_IDENTIFIER_REASON,)


def http_path(value: str) -> Reasons:
    return NO_REASON if _is_http_path(value) else (form_reason("Invalid path", _HTTP_PATH),)


def parse_ip(value: str) -> IPv4Address | IPv6Address | None:
    """An address as the server reads it: leading zeros in IPv4 are accepted, zones are not."""
    if not value.isascii() or "%" in value:
        return None
    try:
        if ":" in value:
            return IPv6Address(value)
        octets = [octet.lstrip("0") or "0" for octet in value.split(".") if octet]
        return IPv4Address(".".join(octets)) if value.count(".") == 3 else None
    except (AddressValueError, ValueError):
        return None


def ip_address(value: str) -> Reasons:
    return NO_REASON if parse_ip(value) else (IP_REASON,)


def parse_network(value: str) -> IPv4Network | IPv6Network | None:
    """A network with its prefix length; leading zeros and host bits are accepted, the mask decides."""
    address, slash, bits = value.partition("/")
    if not (slash and bits.isdecimal() and bits.isascii() and parse_ip(address)):
        return None
    try:
        return ip_network(f"{parse_ip(address)}/{int(bits)}", strict=False)
    except ValueError:
        return None


def cidr(value: str) -> Reasons:
    return NO_REASON if parse_network(value) else (CIDR_REASON,)


def mask_trailing_dash(name: str) -> str:
    """A generateName may end in dashes, for a suffix follows."""
    return f"{name[:-2]}a" if len(name) > 1 and name.endswith("-") else name


def path_segment(value: str) -> Reasons:
    """IsValidPathSegmentName: what the names of all objects keep to, for they stand in URLs."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{sign}'" for sign in "/%" if sign in value)


def domain_prefixed_path(value: str) -> tuple[tuple[str, str], ...]:
    """IsDomainPrefixedPath (`acme.io/foo`): pairs of the part that is wrong and the reason."""
    domain, slash, path = value.partition("/")
    if not (slash and domain and path):
        return ((value, 'must be a domain-prefixed path (such as "acme.io/foo")'),)
    wrong = [(domain, reason) for reason in dns_subdomain(domain)]
    return tuple(wrong + [(path, reason) for reason in http_path(path)])


def service_name(value: str, *, relaxed: bool) -> Reasons:
    """Services were DNS-1035 labels up to 1.36 and are DNS-1123 labels since."""
    return dns_label(value) if relaxed else dns_1035_label(value)
