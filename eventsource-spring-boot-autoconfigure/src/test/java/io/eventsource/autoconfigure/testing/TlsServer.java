package io.eventsource.autoconfigure.testing;

import static org.awaitility.Awaitility.await;

import io.eventsource.embedded.EmbeddedPostgresServer;
import io.eventsource.embedded.EmbeddedPostgresSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A server that takes connections only with TLS, and whose certificate one certificate file vouches for. */
public final class TlsServer implements AutoCloseable {

    private static final String PASSWORD = "of-a-test";
    private static final String ALIAS = "server";

    private final EmbeddedPostgresServer server;
    private final Path certificate;

    private TlsServer(EmbeddedPostgresServer server, Path certificate) {
        this.server = server;
        this.certificate = certificate;
    }

    /** Starts it with a certificate for 127.0.0.1 that it has signed itself. */
    public static TlsServer start(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        KeyStore keys = keys(folder);
        Path certificate = Files.writeString(
                folder.resolve("ca.pem"),
                pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
        Key key = keys.getKey(ALIAS, PASSWORD.toCharArray());
        EmbeddedPostgresServer server = EmbeddedPostgresServer.start(new EmbeddedPostgresSettings(
                folder.resolve("server"),
                0,
                "postgres",
                Duration.ofSeconds(60),
                false,
                EmbeddedPostgresSettings.sharedBinariesDirectory()));
        TlsServer tls = new TlsServer(server, certificate);
        tls.enable(Files.readString(certificate), pem("PRIVATE KEY", key.getEncoded()));
        return tls;
    }

    private static KeyStore keys(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("server.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=127.0.0.1",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IllegalStateException("keytool has made no key");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(store)) {
            keys.load(stream, PASSWORD.toCharArray());
        }
        return keys;
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        type,
                        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(content),
                        type);
    }

    /** Written by the server itself: it may run as another user, and insists that the key is its own. */
    private void enable(String certificatePem, String keyPem) {
        JdbcTemplate plain =
                new JdbcTemplate(new DriverManagerDataSource(server.jdbcUrl(), server.username(), server.password()));
        write(plain, certificatePem, "server.crt");
        write(plain, keyPem, "server.key");
        plain.execute("ALTER SYSTEM SET ssl = on");
        plain.execute("SELECT pg_reload_conf()");
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> new JdbcTemplate(
                        new DriverManagerDataSource(url("sslmode=require"), server.username(), server.password()))
                .queryForObject("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", Boolean.class));
        plain.execute(
                "COPY (SELECT 'hostssl all all 127.0.0.1/32 scram-sha-256') TO PROGRAM 'umask 077; cat > \"$PWD/pg_hba.conf\"'");
        plain.execute("SELECT pg_reload_conf()");
    }

    private static void write(JdbcTemplate plain, String content, String file) {
        plain.execute("COPY (SELECT regexp_split_to_table('%s', E'\\n')) TO PROGRAM 'umask 077; cat > %s'"
                .formatted(content.strip(), file));
    }

    public String url(String parameters) {
        return server.jdbcUrl() + "?" + parameters;
    }

    /** What vouches for the server. */
    public Path certificate() {
        return certificate;
    }

    public String[] properties(String parameters) {
        return new String[] {
            "spring.datasource.url=" + url(parameters),
            "spring.datasource.username=" + server.username(),
            "spring.datasource.password=" + server.password(),
            "spring.datasource.hikari.maximum-pool-size=4",
            "spring.datasource.hikari.connection-timeout=5000"
        };
    }

    @Override
    public void close() {
        server.close();
    }
}
