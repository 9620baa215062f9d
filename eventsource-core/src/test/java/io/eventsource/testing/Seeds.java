package io.eventsource.testing;

import java.security.SecureRandom;

/** Seeds of random tests, printed so that a failure can be repeated. */
public final class Seeds {

    private static final String PROPERTY = "eventsource.test.seed";

    private Seeds() {}

    /** The seed given on the command line, or a new one. */
    public static long next(Class<?> test) {
        Long given = Long.getLong(PROPERTY);
        long seed = given == null ? new SecureRandom().nextLong() : given;
        System.out.printf("%s: repeat with -D%s=%d%n", test.getSimpleName(), PROPERTY, seed);
        return seed;
    }
}
