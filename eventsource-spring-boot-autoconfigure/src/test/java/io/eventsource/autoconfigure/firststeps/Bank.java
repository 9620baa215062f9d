package io.eventsource.autoconfigure.firststeps;

import io.eventsource.aggregate.AggregateRepository;
import java.math.BigDecimal;
import java.util.UUID;
import org.springframework.stereotype.Service;

@Service
public class Bank {

    private final AggregateRepository<Account> accounts;

    Bank(AggregateRepository<Account> accounts) {
        this.accounts = accounts;
    }

    public void open(UUID id, BigDecimal amount) {
        Account account = accounts.create(id);
        account.deposit(amount);
        accounts.save(account);
    }

    public void deposit(UUID id, BigDecimal amount) {
        accounts.execute(id, account -> account.deposit(amount));
    }
}
