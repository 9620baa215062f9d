/** The packages of a small application, for the starter to scan. */
@NullMarked
package io.eventsource.autoconfigure.account;

import org.jspecify.annotations.NullMarked;
