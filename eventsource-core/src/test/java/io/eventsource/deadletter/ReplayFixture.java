package io.eventsource.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.TestDatabase;
import java.util.UUID;

/** What tests of replays share: aggregates of which an event was parked. */
abstract class ReplayFixture {

    final TestDatabase database;

    ReplayFixture(TestDatabase database) {
        this.database = database;
    }

    /** An account of five events whose second has failed, so that three wait behind it. */
    UUID poisoned(ParkingFixture fixture) {
        UUID account = UUID.randomUUID();
        fixture.append(account, 5);
        fixture.failAt(account, 2);
        fixture.drain();
        assertThat(fixture.letters()).extracting(DeadLetter::status).contains(DeadLetter.Status.WAITING);
        return account;
    }
}
