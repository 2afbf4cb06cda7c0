"""What people write to the support of the portal (access, connections, faults): data only, read by `texts`.

The notation is described in `texts`; what goes to a structure's own services is in the other phrases_* files.
"""

TOPICS = """
ACCOUNT_LOGIN
case OTHER
short Connexion impossible [depuis le {date2}|: « {error} »]
short Mot de passe oublié, [lien jamais reçu|aucun courriel reçu]
fact Impossible de nous connecter depuis le {date2} : le portail répond « {error} » [à chaque essai|avec un mot de
    passe pourtant neuf].
fact Le lien de réinitialisation du mot de passe n'arrive pas, [ni dans les indésirables|malgré cinq demandes] : nous
    n'avons plus accès au compte depuis le {date2}.
detail {n_cap} factures attendent d'être déposées, pour un total de {amount}.
detail Nous avons essayé avec {browser}, puis [depuis un téléphone|sur un autre poste].
case OTHER
short Compte bloqué après plusieurs essais
fact Le compte s'est bloqué le {date2} après trois mots de passe erronés, et la question secrète [n'est pas
    reconnue|ne correspond à rien de connu chez nous].
detail La personne qui l'avait créé [a quitté l'entreprise|est partie à la retraite], nous n'avons pas ses réponses.
detail Nous sommes en pleine clôture et [aucune facture ne part|tout est à l'arrêt].
case OTHER
short Double authentification : code non reçu
fact Depuis la mise en place de la double authentification, le code n'arrive [qu'au bout d'un quart d'heure, et il est
    alors refusé|pas, et la page finit par se fermer] : « {error} ».
detail L'adresse de messagerie du compte est correcte, [d'autres messages du portail arrivent|nous l'avons vérifiée].
detail Notre service informatique ne voit [rien dans ses filtres|aucun message bloqué].
ask [Pouvez-vous|Pourriez-vous] [rétablir l'accès|débloquer le compte] [rapidement|dès que possible] ?
ask Quelle est la marche à suivre [quand la procédure du site échoue|dans ce cas] ?
solution Le compte a été débloqué [ce matin|à l'instant]. Un lien valable 24 heures vous a été envoyé : [pensez à
    vérifier les indésirables|utilisez-le une seule fois].
solution L'adresse enregistrée comportait une faute de frappe. Elle est corrigée : [redemandez un lien|refaites la
    demande de mot de passe], il arrivera en [cinq|dix] minutes.
question [Pouvez-vous|Pourriez-vous] préciser l'adresse de connexion utilisée et l'heure du dernier essai, [capture à
    l'appui|avec une capture du message] ?
question Depuis quel réseau et avec quel navigateur [tentez-vous de vous connecter|avez-vous essayé] ? [Une capture du
    message nous suffirait.|Joignez si possible une capture.]
answer Dernier essai {hour} avec {browser}, depuis [le bureau|notre réseau]. La capture est jointe, l'adresse y est
    lisible.
answer Capture jointe. [L'adresse est celle de notre comptabilité.|Nous utilisons l'adresse du compte.] Essai fait
    {hour}, [poste habituel|avec {browser}].
refusal Le lien reçu [est déjà expiré|renvoie à la page d'accueil], nous sommes toujours bloqués.
refusal La connexion a fonctionné une fois, puis [le compte s'est de nouveau bloqué|même message : « {error} »].
attach capture

ACCOUNT_MANAGER
case OTHER
short Changement de gestionnaire principal, SIRET {siret}
short Gestionnaire principal [parti|absent], [aucun remplaçant|reprise du compte]
fact Le gestionnaire principal de notre structure (SIRET {siret}) [a quitté l'entreprise le {date}|est parti en
    retraite le {date}] sans désigner de remplaçant.
fact {person}, qui gérait notre compte, n'est plus dans l'entreprise depuis le {date}. [Personne ne peut valider les
    rattachements|Personne n'a repris la main] pour le SIRET {siret}.
detail Le bouton « Je deviens gestionnaire » envoie un courriel à une adresse [supprimée|qui n'existe plus].
detail Nous avons l'extrait Kbis et [la délégation du dirigeant|une pièce d'identité du gérant] à disposition.
case OTHER
short Reprise de société : [compte à transférer|ancien gérant toujours gestionnaire]
fact Nous avons repris l'entreprise le {date} et l'ancien dirigeant est toujours gestionnaire du compte {siret}. [Il
    ne répond plus|Il a perdu ses accès].
detail Toutes les notifications [lui parviennent encore|partent sur sa messagerie personnelle].
detail L'acte de cession est enregistré et le Kbis [à jour|au nom du nouveau dirigeant].
ask [Pouvez-vous|Pourriez-vous] [désigner un nouveau gestionnaire|transférer la gestion du compte] ?
ask Quels justificatifs faut-il [fournir pour que ce soit fait|envoyer, et sous quelle forme] ?
solution Le changement est fait : le nouveau gestionnaire principal [a reçu un courriel d'activation|peut se connecter
    dès maintenant]. L'ancien compte est [désactivé|rattaché sans droits].
solution Après contrôle des justificatifs, la gestion de la structure vous est [confiée|transférée]. Les demandes de
    rattachement en attente sont [visibles dans votre espace|à valider dans le menu Administration].
question [Pouvez-vous|Pourriez-vous] joindre un Kbis de moins de trois mois et une délégation [signée du représentant
    légal|du dirigeant, signée] ?
question Il nous faut le nom et le courriel du futur gestionnaire, ainsi qu'un [Kbis récent|extrait Kbis de moins de
    trois mois]. [Pouvez-vous les transmettre ?|]
answer Le Kbis et la délégation signée sont joints. Le nouveau gestionnaire sera {person}.
answer Voici les deux justificatifs. [La personne à désigner est|Merci de désigner] {person}, à l'adresse de
    [comptabilité|gestion] déjà connue du portail.
refusal Le courriel d'activation [n'est jamais arrivé|est parti à l'ancienne adresse].
refusal Le compte affiche toujours [l'ancien gestionnaire|{person} comme gestionnaire] et nous ne pouvons [rien
    valider|ni ajouter ni retirer personne].
attach kbis letter

ACCOUNT_RIGHTS
case OTHER
short Habilitation manquante : [factures émises|espace « Factures de travaux »]
short Rattachement à la structure {siret} [en attente|non validé]
fact Notre collègue {person} est rattaché(e) à la structure {siret} depuis le {date}, mais n'a [accès à aucun
    espace|que le menu « Accueil »].
fact La demande de rattachement faite le {date} pour le SIRET {siret} est toujours « En attente », [alors que le
    gestionnaire l'a validée|et le gestionnaire ne la voit pas].
detail Les mêmes droits ont été donnés à une autre personne [sans difficulté|le même jour], et cela fonctionne.
detail En attendant, [nous partageons un poste|tout passe par une seule personne], ce qui n'est pas tenable.
case OTHER
short [Espaces disparus|Espace disparu] du menu depuis le {date2}
fact Depuis le {date2}, [l'espace « Factures émises » a disparu|la moitié des espaces a disparu] du compte, pour
    toutes les personnes rattachées au SIRET {siret}.
detail Le gestionnaire n'a rien modifié et [les cases sont toujours cochées|voit les droits comme actifs].
detail {n_cap} personnes sont [arrêtées|concernées], sur deux sites différents.
ask [Pouvez-vous|Pourriez-vous] [vérifier ces droits|rétablir l'accès] ?
ask Faut-il [refaire toute la demande|que le gestionnaire recommence], ou pouvez-vous agir de votre côté ?
solution Les habilitations ont été [remises en place|réinitialisées] [ce matin|à l'instant] ; il faut se déconnecter
    puis se reconnecter pour [retrouver les espaces|les voir].
solution La demande était dirigée vers [un service fermé|un ancien gestionnaire]. Nous l'avons réorientée et [validée|
    fait valider] : l'accès est ouvert.
question [Pouvez-vous|Pourriez-vous] joindre une capture du menu tel qu'il apparaît, [et nommer les personnes
    concernées|avec le nom des personnes touchées] ?
question Quels espaces manquent exactement, et [à qui|pour quelles personnes] ? [Une capture du menu serait
    utile.|Joignez une capture du menu.]
answer La capture du menu est jointe. [Seule l'icône « Accueil » apparaît.|Rien d'autre ne s'affiche.] Personne
    concernée : {person}.
answer Voici la capture, prise {hour}. {person} est dans ce cas, [et sans doute d'autres|personne d'autre à notre
    connaissance].
refusal Les espaces sont revenus pour une personne [mais pas pour les autres|seulement].
refusal Après reconnexion, [toujours « {error} »|rien n'a changé] [sur l'espace demandé|pour {person}].
attach capture letter

CONNECTION_API
case OTHER
short API : erreur 401 [depuis le {date2}|en production]
short [Jeton refusé|Accès refusé] sur l'API de dépôt ({flow})
fact Depuis le {date2}, nos appels à l'API de dépôt de flux reçoivent une erreur 401, alors que le jeton [vient d'être
    obtenu|est accepté en qualification].
fact Notre application, habilitée pour le SIRET {siret}, reçoit [une erreur 401|le code 401] sur toutes les opérations
    depuis le {date2}.
detail Ni l'identifiant client ni le compte technique n'ont [été modifiés|changé]. Exemple : flux {flow}.
detail Le mot de passe du compte technique [a été renouvelé selon les règles|n'expire que dans deux mois].
case OTHER
short API : délais d'attente dépassés, {n} flux perdus
fact Le {date2}, l'API a répondu « 504 » [pendant plus d'une heure|à plusieurs reprises] et {n} dépôts sont restés
    sans numéro de flux. Le dernier tracé est {flow}.
detail Nous ne savons pas s'ils ont été [pris en compte|intégrés] et craignons les doublons en les renvoyant.
detail Le volume était pourtant faible, [une cinquantaine d'appels|moins de cent appels].
case OTHER
short API : [consultation des statuts refusée|suivi des factures en erreur 403]
fact Notre nouveau logiciel dépose bien les factures par l'API pour le SIRET {siret}, mais la consultation des statuts
    répond « 403 » depuis [le {date2}|sa mise en service, le {date2}].
detail L'éditeur assure que l'appel [suit la documentation|est conforme à la documentation], exemple à l'appui.
detail En qualification, les mêmes appels répondent [normalement|sans erreur].
ask [Pouvez-vous|Pourriez-vous] [vérifier l'habilitation de l'application|regarder les journaux de votre côté] ?
ask Existe-t-il [une page d'état|un incident connu] ? Que faire [en attendant|des flux en cours] ?
solution L'habilitation du compte technique avait [expiré|été suspendue]. Elle est [renouvelée pour un an|rétablie] :
    un nouvel appel avec le même jeton d'accès doit répondre 200.
solution Nos journaux montrent un appel vers l'ancienne adresse. Remplacez-la par celle [de la documentation en
    vigueur|publiée sur l'espace développeurs] ; le compte, lui, est [actif|en règle].
question [Pouvez-vous|Pourriez-vous] nous donner l'heure précise d'un appel refusé et [l'en-tête de la réponse|le
    corps de la réponse], sans le jeton ?
question Quel compte technique utilisez-vous, et [vers quelle adresse|sur quelle opération] ? [Un relevé des appels en
    échec nous aiderait.|Un extrait du journal suffira.]
answer L'extrait du journal est joint, jeton masqué. Appel refusé {hour}, [opération de dépôt|dépôt de flux].
answer Voici le relevé des appels[, avec les en-têtes|] ; le plus récent date de ce jour, {hour}. [Le compte est celui
    de production.|Tout passe par le compte de production.]
refusal Même erreur après [la manipulation indiquée|vos réglages], {n} essais sur {n}.
refusal L'authentification passe, mais [la consultation du flux|le suivi du statut] répond maintenant « 500 ».
attach journal capture

CONNECTION_EDI
case INVOICE
short Flux {flow} rejeté : [erreur de format|XML non conforme]
short EDI : flux {flow} [en erreur|sans accusé]
fact Le flux {flow} transmis le {date2} en UBL a été rejeté pour « {error} » ; il contenait la facture {invoice}
    ([seule|et d'autres]).
fact Notre flux {flow} du {date2} est [rejeté|resté sans accusé de réception], avec {n} factures dont la {invoice}
    ({amount}).
detail Le fichier passe pourtant [le validateur en ligne|nos contrôles de schéma] sans erreur.
detail Aucune mise à jour n'a été faite [de notre côté|sur notre logiciel] depuis le mois dernier.
case OTHER
short Raccordement EDI du SIRET {siret} : [certificat à renouveler|changement de certificat]
fact Le certificat de notre raccordement EDI (SIRET {siret}) expire [à la fin du mois|dans trois semaines]. La demande
    de renouvellement du {date2} est restée sans réponse.
detail Sans lui, [aucune facture ne partira|tous nos dépôts s'arrêtent][, en pleine clôture|].
detail La clé publique a été [déposée|envoyée] selon le mode opératoire.
case OTHER
short Passage à l'EDI du SIRET {siret} : [production à ouvrir|flux de production refusés]
fact Nous passons de la saisie au dépôt EDI pour le SIRET {siret}. Les flux de test sont acceptés, mais l'ouverture en
    production demandée le {date} [n'est pas faite|n'a pas eu de suite] et nos {n} premiers flux [sont refusés|n'ont
    pas d'accusé].
detail Notre éditeur [ne voit rien à corriger|attend votre retour] de son côté.
detail Nous visons une mise en œuvre [au début du trimestre|avant la fin de l'année].
ask [Pouvez-vous|Pourriez-vous] [regarder ce qui bloque|donner suite] ?
ask Qui peut [répondre à notre éditeur|suivre ce dossier], techniquement parlant ?
solution Le raccordement est [à jour|actif] depuis [ce matin|hier] ; vous pouvez [renvoyer vos flux sous un nouveau
    nom|reprendre les dépôts], les accusés arriveront normalement.
solution Nous avons trouvé la cause : [un espace de nom inattendu|une balise vide] dans l'en-tête, refusée depuis la
    dernière version. Le raccordement est en ordre ; il reste à [régénérer les fichiers|corriger le gabarit].
question [Pouvez-vous|Pourriez-vous] transmettre le relevé des flux en cause et [le protocole utilisé|le nom de votre
    opérateur] ?
question Par quel opérateur passez-vous, et [avec quel format|sur quel protocole] ? Merci de joindre [la liste des
    derniers flux|un relevé des flux].
answer Le relevé des flux est joint. Nous passons en direct, [sans opérateur|par une liaison sécurisée], au format UBL.
answer Voici la liste des derniers envois. [Notre éditeur confirme le format UBL.|Format UBL 2.1, sans changement.]
refusal Le renvoi [a été rejeté à son tour|n'a pas produit d'accusé] : « {error} ».
refusal {n_cap} flux passent, les autres [restent en attente|échouent encore], [sans règle apparente|au hasard,
    semble-t-il].
attach flows capture

PORTAL_DISPLAY
case OTHER
short Tableau de bord [vide|qui ne s'affiche plus] depuis le {date2}
short Liste des factures [incomplète|vide] dans l'espace émetteur
fact Depuis le {date2}, la liste de nos factures ne s'affiche plus : [page blanche|roue qui tourne sans fin] avec
    {browser}, puis « {error} ».
fact Le tableau de bord n'affiche que {n} factures, alors que nous en avons déposé [une trentaine|plus de cinquante]
    ce trimestre[, dont la {invoice}|].
detail Le problème touche [tous nos postes|nos deux sites] et disparaît parfois [tôt le matin|le soir].
detail Nous avons vidé le cache et essayé en navigation privée.
case OTHER
short [Portail très lent|Lenteurs du portail] depuis plusieurs jours
fact Le portail est très lent, surtout [entre 9 h et 11 h|en fin de mois] : il faut plusieurs minutes pour ouvrir une
    facture, et la session [se ferme avant|expire entre-temps].
detail Notre connexion n'est pas en cause, [les autres sites répondent bien|nous l'avons fait vérifier].
detail La saisie de la facture {invoice} a demandé {n} tentatives le {date2}.
case INVOICE
short Statut affiché différent selon l'écran, facture {invoice}
fact La facture {invoice} ({amount}) est « Mandatée » dans la liste et « Rejetée » [dans le détail|une fois ouverte],
    depuis le {date2}.
detail L'export [donne encore autre chose|la présente comme « Déposée »].
detail Le destinataire, lui, [ne voit qu'un seul statut|la dit payée].
ask [Pouvez-vous|Pourriez-vous] [corriger ce défaut|dire s'il s'agit d'un incident connu] ?
ask Y a-t-il [un réglage à changer|quelque chose à faire] de notre côté ?
solution L'incident d'affichage est [résolu|clos] depuis [ce matin|hier soir]. [Rechargez la page avec Ctrl + F5|Videz
    le cache une dernière fois] : les données étaient intactes.
solution Un traitement de nuit débordait sur la matinée et [ralentissait les listes|faussait l'affichage]. Il a été
    [déplacé|corrigé], tout est normal depuis hier.
question [Pouvez-vous|Pourriez-vous] envoyer une capture [de l'écran entier|avec l'adresse de la page], l'heure et le
    navigateur utilisé ?
question Le défaut se produit-il [sur tous les postes|avec un autre navigateur] ? Une capture [horodatée|prise sur le
    moment] nous serait utile.
answer Capture jointe, prise {hour} avec {browser}. [Les autres postes donnent la même chose.|C'est pareil ailleurs.]
answer Voici l'écran, pris {hour}. Nous avons essayé {browser} [et un autre navigateur|sur deux postes], [sans
    différence|pour le même résultat].
refusal Le défaut est revenu [ce matin|dès le lendemain], [capture à l'appui|à la même heure].
refusal L'affichage est rétabli sur un poste, [pas sur les autres|les autres sont inchangés].
attach capture

PORTAL_DOWNLOAD
case INVOICE
short Téléchargement [du PDF|du certificat de dépôt] impossible, facture {invoice}
short Fichier vide au téléchargement ({invoice})
fact Le PDF de la facture {invoice} se télécharge [vide (0 octet)|tronqué] depuis le {date2}, avec {browser} comme
    avec un autre navigateur.
fact Impossible de récupérer le certificat de dépôt de la facture {invoice} ({amount}) : « {error} ».
detail Notre commissaire aux comptes [l'attend|en a besoin pour la clôture].
detail Les factures plus anciennes se téléchargent [sans difficulté|normalement].
case OTHER
short Export des factures {of_month} [incomplet|en erreur]
fact L'export des factures {of_month} s'arrête à 500 lignes, [sans avertissement|sans un message], alors que le
    portail en compte davantage.
detail Les montants perdent leurs décimales [à l'ouverture dans le tableur|dans le fichier] : {amount} devient un
    entier.
detail Nous devons rapprocher ces lignes [de notre comptabilité|avec notre banque] chaque mois.
ask [Pouvez-vous|Pourriez-vous] [mettre le fichier à disposition|corriger cette anomalie] ?
ask Existe-t-il [un autre moyen d'obtenir le fichier|une solution d'attente] ?
solution Les fichiers ont été régénérés [cette nuit|ce matin] et sont complets. [Refaites le téléchargement|Il suffit
    de recommencer], sans passer par l'historique du navigateur.
solution L'anomalie est corrigée pour tous les [dépôts|documents]. En cas de gros volume, [découpez la période par
    quinzaine|filtrez par mois] : le fichier viendra entier.
question [Pouvez-vous|Pourriez-vous] joindre le fichier obtenu, tel quel, et [une capture des critères|les critères
    choisis] ?
question Quels filtres étaient [actifs|cochés], et quel navigateur utilisez-vous ? [Le fichier obtenu nous
    aiderait.|Merci de joindre le fichier obtenu.]
answer Le fichier obtenu est joint tel quel. Aucun filtre [à part la période|particulier], navigateur {browser}.
answer Voici le fichier et la capture des critères, [essai de ce matin|essai refait {hour}].
refusal Le fichier est [toujours vide|encore tronqué], téléchargé [à l'instant|{hour}].
refusal Le téléchargement fonctionne, mais [il manque la seconde page|les montants restent sans décimales].
attach list capture

PORTAL_UPLOAD
case INVOICE
short Dépôt de la facture {invoice} impossible
short [Erreur au dépôt|Échec du dépôt] : « {error} »
fact Le dépôt de la facture {invoice} ({amount}) échoue depuis le {date2} avec le message « {error} », [PDF comme
    PDF/A|quel que soit le fichier].
fact Nous n'arrivons plus à déposer de facture PDF depuis le {date2}. Pour la {invoice}, le portail répond « {error} »
    [au bout d'une minute|dès l'envoi].
detail Le fichier pèse moins de [2|3|4] Mo et s'ouvre sans difficulté.
detail La même facture saisie à la main [est acceptée|passe], mais nous en avons des dizaines.
case INVOICE
short Pièce jointe refusée avec la facture {invoice}
fact La pièce jointe à la facture {invoice} est refusée : « {error} ». [C'est un simple bon signé|Il s'agit du bon de
    livraison scanné], exigé par le destinataire.
detail Nous l'avons réduit, renommé et converti, [sans changement|rien n'y fait].
detail Sans cette pièce, la facture de {amount} [sera suspendue|nous sera renvoyée].
case INVOICE
short Montants mal lus au dépôt du PDF, {invoice}
fact Au dépôt du PDF, le portail lit {small} au lieu de {amount} pour la facture {invoice}, et [la correction n'est
    pas enregistrée|le champ ne peut pas être modifié].
detail Le modèle de facture est le même depuis [deux ans|toujours].
detail Il semble prendre [le montant de la TVA pour le total|le sous-total d'une page].
ask [Pouvez-vous|Pourriez-vous] [corriger cette anomalie|indiquer comment passer outre] ?
ask Un incident est-il [en cours|connu], et [jusqu'à quand|que faire en attendant] ?
solution Le dépôt est rétabli depuis [ce matin|hier soir]. [Reprenez votre brouillon|Recommencez le dépôt] : il n'y
    aura pas de doublon, rien n'avait été enregistré.
solution Le PDF contenait [un formulaire actif|une police non incorporée], que le contrôle refuse. [Imprimez-le en
    PDF|Réenregistrez-le en PDF/A] et le dépôt passera ; nous l'avons vérifié.
question [Pouvez-vous|Pourriez-vous] joindre le fichier refusé et une capture du message, [avec l'heure|en précisant
    l'heure] ?
question Avec quel logiciel le PDF est-il [produit|fabriqué] ? Merci de [le joindre ici|joindre un exemplaire], avec
    la capture du message.
answer Le fichier et la capture sont joints, essai fait {hour}. Le PDF vient de [notre logiciel de facturation|notre
    éditeur], [sans réglage particulier|comme toujours].
answer Voici la facture telle que déposée. [Essai refait {hour} avec {browser}.|Le message est sur la capture, {hour}.]
refusal Nouvel essai {hour}, même message : « {error} ».
refusal Le dépôt passe, mais [la pièce jointe manque|le montant lu reste faux].
attach invoice capture
"""
