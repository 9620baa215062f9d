package io.eventsource.autoconfigure.pool;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ssl.WrappedFactory;

/**
 * Secures connections of PostgreSQL's driver by what the application holds in memory. The driver makes one for each connection, from
 * the name of this class and a text, and can be handed nothing else; so settings are registered here under a name that nobody else
 * has, until whoever registered them takes them back.
 */
public final class TlsSocketFactory extends WrappedFactory {

    private static final Map<String, Supplier<TlsSettings>> REGISTERED = new ConcurrentHashMap<>();

    /** Those that never do without. */
    private static final Set<String> SECURE_MODES = Set.of("require", "verify-ca", "verify-full");

    private final TlsSettings settings;

    /**
     * Called by the driver.
     *
     * @param name under which the settings are registered
     * @throws IllegalStateException when there are none
     */
    public TlsSocketFactory(String name) {
        Supplier<TlsSettings> registered = REGISTERED.get(name);
        if (registered == null) {
            throw new IllegalStateException(
                    "No settings of TLS are registered as '%s': the application has been closed, or never opened it"
                            .formatted(name));
        }
        settings = registered.get();
        factory = settings.context().getSocketFactory();
    }

    /**
     * Registers settings and adds what leads the driver to them to a connection's properties. Unless the properties have an {@code sslmode},
     * it will be {@code verify-full}: the server's certificate must be trusted and name the host.
     *
     * @param settings asked for each connection, so that a renewed certificate is used from the next on; from several threads
     * @param url the connection's URL, whose parameters win over the properties
     * @param properties the connection's properties
     * @return what takes the settings back; connections that are open stay so, and no other can be opened
     * @throws IllegalArgumentException when connections would do without the settings, since URL or properties ask for another factory, or for
     *     a mode that may go without TLS
     */
    static Registration register(Supplier<TlsSettings> settings, String url, Properties properties) {
        String name = UUID.randomUUID().toString();
        PGProperty.SSL_FACTORY.set(properties, TlsSocketFactory.class.getName());
        PGProperty.SSL_FACTORY_ARG.set(properties, name);
        if (!PGProperty.SSL_MODE.isPresent(properties)) {
            PGProperty.SSL_MODE.set(properties, "verify-full");
        }
        requireUsed(Driver.parseURL(url, properties), name);
        REGISTERED.put(name, settings);
        return () -> REGISTERED.remove(name);
    }

    private static void requireUsed(@Nullable Properties effective, String name) {
        if (effective == null) {
            throw new IllegalArgumentException("The URL is not one of PostgreSQL's driver");
        }
        String mode = PGProperty.SSL_MODE.getOrDefault(effective);
        if (mode == null || !SECURE_MODES.contains(mode)) {
            throw new IllegalArgumentException("With sslmode=%s connections may do without TLS".formatted(mode));
        }
        if (!TlsSocketFactory.class.getName().equals(PGProperty.SSL_FACTORY.getOrDefault(effective))
                || !name.equals(PGProperty.SSL_FACTORY_ARG.getOrDefault(effective))) {
            throw new IllegalArgumentException("The URL names another sslfactory");
        }
    }

    @Override
    public Socket createSocket(Socket plain, String host, int port, boolean autoClose) throws IOException {
        Socket socket = super.createSocket(plain, host, port, autoClose);
        SSLSocket secured = (SSLSocket) socket;
        if (!settings.protocols().isEmpty()) {
            secured.setEnabledProtocols(settings.protocols().toArray(String[]::new));
        }
        if (!settings.cipherSuites().isEmpty()) {
            secured.setEnabledCipherSuites(settings.cipherSuites().toArray(String[]::new));
        }
        return secured;
    }

    /** Settings that connections find. */
    interface Registration extends AutoCloseable {

        @Override
        void close();
    }

    /**
     * How a connection is secured.
     *
     * @param context whom to trust, and which certificate to show
     * @param protocols versions of the protocol that may be used; none for those that the JVM uses by itself
     * @param cipherSuites cipher suites that may be used; none for those that the JVM uses by itself
     */
    record TlsSettings(SSLContext context, List<String> protocols, List<String> cipherSuites) {

        /** Copies the lists. */
        public TlsSettings {
            protocols = List.copyOf(protocols);
            cipherSuites = List.copyOf(cipherSuites);
        }
    }
}
