package io.eventsource.tls;

import java.util.List;
import javax.net.ssl.SSLContext;

/**
 * How a connection is secured.
 *
 * @param context whom to trust, and which certificate to show
 * @param protocols versions of the protocol that may be used; none for those that the JVM uses by itself
 * @param cipherSuites cipher suites that may be used; none for those that the JVM uses by itself
 */
public record TlsSettings(SSLContext context, List<String> protocols, List<String> cipherSuites) {

    /** Copies the lists. */
    public TlsSettings {
        protocols = List.copyOf(protocols);
        cipherSuites = List.copyOf(cipherSuites);
    }
}
