/** Connections with TLS whose certificates and keys the application holds in memory. */
@NullMarked
package io.eventsource.tls;

import org.jspecify.annotations.NullMarked;
