package io.eventsource.store;

import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;

@OnEachPostgres
class PostgresEventStoreIT extends EventStoreContract {

    PostgresEventStoreIT(TestDatabase database) {
        super(database);
    }
}
