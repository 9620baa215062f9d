package io.eventsource.sample.environment;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is, and as whom to connect.
 *
 * @param host name or address; an IPv6 address in brackets
 * @param port the port
 * @param database the database's name
 * @param user the user, or null for the driver's default
 * @param password the password, or null for none; not to be logged
 * @param parameters the driver's connection parameters by name
 */
record DatabaseAddress(
        String host,
        int port,
        String database,
        @Nullable String user,
        @Nullable String password,
        Map<String, String> parameters) {

    private static final int DEFAULT_PORT = 5432;
    private static final String FORM = "of the form postgresql://user:password@host:port/database";

    /** The names that Python's drivers and libpq give to parameters of the JDBC driver. */
    private static final Map<String, String> DRIVER_NAMES = Map.of(
            "ssl", "sslmode",
            "sslmode", "sslmode",
            "sslrootcert", "sslrootcert",
            "sslcert", "sslcert",
            "sslkey", "sslkey",
            "application_name", "ApplicationName",
            "connect_timeout", "connectTimeout",
            "options", "options");

    /** Reads a URL. The messages of failures never contain it, since it holds the password. */
    static DatabaseAddress parse(String variable, String url) {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException malformed) {
            throw new InvalidVariableException(
                    variable, FORM + ", special characters in user and password percent-encoded");
        }
        String scheme = uri.getScheme();
        if (scheme == null || !scheme.matches("postgres(ql)?([+][a-z0-9]+)?")) {
            throw new InvalidVariableException(
                    variable, FORM + ", the scheme with or without a driver as in postgresql+asyncpg");
        }
        String path = uri.getRawPath();
        if (uri.getHost() == null || path == null || path.length() < 2 || path.indexOf('/', 1) > 0) {
            throw new InvalidVariableException(
                    variable, FORM + ", special characters in user and password percent-encoded");
        }
        String userInfo = uri.getRawUserInfo();
        int colon = userInfo == null ? -1 : userInfo.indexOf(':');
        return new DatabaseAddress(
                uri.getHost(),
                uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
                decode(path.substring(1)),
                userInfo == null ? null : decode(colon < 0 ? userInfo : userInfo.substring(0, colon)),
                userInfo == null || colon < 0 ? null : decode(userInfo.substring(colon + 1)),
                parameters(variable, uri.getRawQuery()));
    }

    private static Map<String, String> parameters(String variable, @Nullable String query) {
        Map<String, String> parameters = new TreeMap<>();
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String driverName = DRIVER_NAMES.get(name);
                if (equals < 0 || driverName == null) {
                    throw new InvalidVariableException(
                            variable,
                            "free of the parameter '%s', which has no counterpart here; known are %s"
                                    .formatted(name, new TreeMap<>(DRIVER_NAMES).keySet()));
                }
                parameters.put(driverName, decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    // a plus sign is itself here: it means a space only in forms
    private static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    DatabaseAddress withParameter(String name, @Nullable String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new TreeMap<>(parameters);
        more.put(name, value);
        return new DatabaseAddress(host, port, database, user, password, more);
    }

    /** The JDBC URL, without user and password. */
    String jdbcUrl() {
        StringBuilder url = new StringBuilder("jdbc:postgresql://%s:%d/%s".formatted(host, port, encode(database)));
        char separator = '?';
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            url.append(separator).append(parameter.getKey()).append('=').append(encode(parameter.getValue()));
            separator = '&';
        }
        return url.toString();
    }

    private static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Without the password. */
    @Override
    public String toString() {
        return jdbcUrl();
    }
}
