package io.eventsource.autoconfigure.bank;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The main class. */
@SpringBootApplication
class BankApplication {}
