/** What the application is about, beside its configuration. */
@NullMarked
package io.eventsource.autoconfigure.scanned.domain;

import org.jspecify.annotations.NullMarked;
